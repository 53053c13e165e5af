;;; drive.el --- Eglot over the example fleet -*- lexical-binding: t; -*-

;; Opens a file with editors/emacs/fluxcd-ls.el, compares the diagnostics with `fluxcd-ls check`, applies a quick fix.

(require 'json)
(require 'seq)
(require 'fluxcd-ls)
(require 'flymake)

(unless (fboundp 'yaml-mode)
  (define-derived-mode yaml-mode prog-mode "YAML" (setq-local comment-start "# ")))
(add-to-list 'auto-mode-alist '("\\.ya?ml\\'" . yaml-mode))
(setq eglot-sync-connect 20
      eglot-autoshutdown nil
      create-lockfiles nil
      make-backup-files nil
      flymake-no-changes-timeout 0.2)

(defun t-say (format &rest args) (princ (concat (apply #'format format args) "\n")))

(defun t-wait (what seconds condition)
  (let ((end (+ (float-time) seconds)))
    (while (and (not (funcall condition)) (< (float-time) end))
      (accept-process-output nil 0.02))
    (unless (funcall condition) (error "Waited in vain: %s" what))))

(defun t-idle (seconds)
  (let ((end (+ (float-time) seconds)))
    (while (< (float-time) end) (accept-process-output nil 0.02))))

(defun t-place (position)
  (save-excursion
    (goto-char position)
    ;; Characters of a buffer are code points; current-column would count tabs and wide characters.
    (format "%d:%d" (line-number-at-pos) (1+ (- (point) (line-beginning-position))))))

(defun t-raw (diagnostic)
  (alist-get 'eglot-lsp-diag
             (if (fboundp 'flymake-diagnostic-data)
                 (flymake-diagnostic-data diagnostic)
               (eglot--diag-data diagnostic))))

(defun t-shown ()
  (sort (mapcar (lambda (d)
                  (let ((raw (t-raw d)))
                    (format "%s %s: %s [%s]" (t-place (flymake-diagnostic-beg d))
                            (aref ["?" "error" "warning" "info" "hint"] (plist-get raw :severity))
                            (plist-get raw :message) (plist-get raw :code))))
                (flymake-diagnostics))
        #'string<))

(defun t-expected ()
  (let* ((json-object-type 'alist)
         (json-array-type 'list)
         (report (json-read-file (getenv "FLUXLS_EXPECTED"))))
    (sort (delq nil
                (mapcar (lambda (f)
                          (let-alist f
                            (when (equal .path (getenv "FLUXLS_FILE"))
                              (format "%d:%d %s: %s [%s]" .range.start.line .range.start.column .severity .message .rule))))
                        (alist-get 'findings report)))
          #'string<)))

(defun t-same (what got want)
  (unless (equal got want)
    (error "%s: shown\n%s\nexpected\n%s" what (string-join got "\n") (string-join want "\n"))))

(defun t-diagnostics-of (rule)
  (seq-filter (lambda (d) (equal (plist-get (t-raw d) :code) rule)) (flymake-diagnostics)))

(defun t-lsp-position (position)
  (if (fboundp 'eglot--pos-to-lsp-position) (eglot--pos-to-lsp-position position) (eglot-pos-to-lsp-position position)))

(defun t-apply-fix (diagnostic)
  (let* ((server (eglot-current-server))
         (actions (jsonrpc-request
                   server :textDocument/codeAction
                   (list :textDocument (eglot--TextDocumentIdentifier)
                         :range (list :start (t-lsp-position (flymake-diagnostic-beg diagnostic))
                                      :end (t-lsp-position (flymake-diagnostic-end diagnostic)))
                         :context (list :diagnostics (vector (t-raw diagnostic))))))
         ;; Only clients that know isPreferred are sent it; the preferred fix stands first anyway.
         (chosen (seq-find (lambda (a) (equal (plist-get a :kind) "quickfix")) (append actions nil))))
    (unless chosen (error "No quick fix: %S" actions))
    (unless (plist-get chosen :edit)
      (setq chosen (jsonrpc-request server :codeAction/resolve chosen)))
    (eglot--apply-workspace-edit (plist-get chosen :edit))
    ;; In batch there are no idle timers that would send it.
    (eglot--signal-textDocument/didChange)
    (t-say "applied %S" (plist-get chosen :title))))

(defun t-main ()
  (find-file (expand-file-name (getenv "FLUXLS_FILE") (getenv "FLUXLS_FLEET")))
  (unless (fluxcd-ls-repository-p) (error "The fleet is not taken for a Flux repository"))
  ;; eglot-ensure waits for a command loop, which batch mode has not.
  (let ((noninteractive nil)) (apply #'eglot (eglot--guess-contact)))
  (let ((want (t-expected)) (rule (getenv "FLUXLS_RULE")) (fixed 0))
    (unless want (error "The file has no findings to see"))
    (t-wait "diagnostics" 20 (lambda () (flymake-start) (flymake-diagnostics)))
    (t-idle 0.5)
    (t-same "diagnostics" (t-shown) want)
    (t-say "emacs %s: %d diagnostics, as `check` has them" emacs-version (length want))
    (while (t-diagnostics-of rule)
      (when (> (setq fixed (1+ fixed)) 20) (error "The fixes never end"))
      (let ((before (length (flymake-diagnostics))))
        (t-apply-fix (car (t-diagnostics-of rule)))
        (t-wait "the finding to go" 10 (lambda () (flymake-start) (< (length (flymake-diagnostics)) before)))
        (t-idle 0.3)))
    (when (= fixed 0) (error "Nothing of %s to fix" rule))
    (unless (equal (buffer-string)
                   (with-temp-buffer (insert-file-contents (getenv "FLUXLS_FIXED")) (buffer-string)))
      (error "The buffer is not what the command line makes of it:\n%s" (buffer-string))))
  (set-buffer-modified-p nil)
  (eglot-shutdown (eglot-current-server))
  (t-idle 0.3))

(condition-case problem
    (t-main)
  (error (t-say "%s" (error-message-string problem)) (kill-emacs 1)))
