# Sourced by ../run.
command -v emacs >/dev/null || skip "emacs is not installed; ./dev setup --all installs it"
cd "$FLUXLS_FLEET"
timeout 120 emacs --batch -q --eval '(package-initialize)' -L "$source/editors/emacs" -l "$here/emacs/drive.el" </dev/null
