;;; fluxcd-ls.el --- Flux CD and kustomize language server for Eglot  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0
;; Package-Requires: ((emacs "26.3") (eglot "1.9"))

;;; Commentary:

;; Registers fluxcd-ls with Eglot and starts it in repositories for Flux or kustomize only:
;;
;;   (require 'fluxcd-ls)
;;   (add-hook 'yaml-mode-hook #'fluxcd-ls-ensure)
;;   (add-hook 'yaml-ts-mode-hook #'fluxcd-ls-ensure)

;;; Code:

(require 'eglot)
(require 'seq)

(defgroup fluxcd-ls nil
  "Flux CD and kustomize language server."
  :group 'tools)

(defcustom fluxcd-ls-command '("fluxcd-ls" "--stdio")
  "Command that starts the server."
  :type '(repeat string))

(defun fluxcd-ls--command (&rest _)
  "The command, read when the server starts, so that it can be customised late."
  fluxcd-ls-command)

(add-to-list 'eglot-server-programs '((yaml-mode yaml-ts-mode) . fluxcd-ls--command))

(defconst fluxcd-ls--tell-tale
  "\\`\\(kustomization\\.ya?ml\\|Kustomization\\|gotk-\\(components\\|sync\\)\\.yaml\\|\\.sourceignore\\)\\'"
  "Names that only a repository for Flux or kustomize has.")

(defconst fluxcd-ls--api-version
  "^[ \t]*apiVersion:[ \t]*[\"']?\\([a-z0-9.]+\\.fluxcd\\.io\\|fluxcd\\.controlplane\\.io\\|kustomize\\.config\\.k8s\\.io\\)/"
  "An object of Flux or kustomize.")

(defun fluxcd-ls--holds-tell-tale (directory depth)
  "Non-nil when DIRECTORY, or a folder at most DEPTH levels below it, has a tell-tale file."
  (let ((names (ignore-errors (directory-files directory nil nil t))))
    (or (seq-some (lambda (name) (string-match-p fluxcd-ls--tell-tale name)) names)
        (and (> depth 0)
             (seq-some (lambda (name)
                         (let ((child (expand-file-name name directory)))
                           (and (not (member name '("." ".." ".git" "node_modules" "vendor" ".terraform")))
                                (file-directory-p child)
                                (not (file-symlink-p child))
                                (fluxcd-ls--holds-tell-tale child (1- depth)))))
                       names)))))

(defun fluxcd-ls-repository-p ()
  "Non-nil when this buffer belongs to a repository for Flux or kustomize."
  (or (save-excursion
        (goto-char (point-min))
        (re-search-forward fluxcd-ls--api-version nil t))
      (let ((root (and buffer-file-name (locate-dominating-file buffer-file-name ".git"))))
        (and root (fluxcd-ls--holds-tell-tale root 5)))))

;;;###autoload
(defun fluxcd-ls-ensure ()
  "Start Eglot with fluxcd-ls in this buffer, if its repository is one for Flux or kustomize."
  (when (and buffer-file-name (fluxcd-ls-repository-p))
    (eglot-ensure)))

(provide 'fluxcd-ls)
;;; fluxcd-ls.el ends here
