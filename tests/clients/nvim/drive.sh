# Sourced by ../run.
nvim=${FLUXLS_NVIM:-nvim}
command -v "$nvim" >/dev/null || skip "nvim is not installed; ./dev setup installs it"
cd "$FLUXLS_FLEET"
timeout 120 "$nvim" --headless --clean -n -i NONE -c "luafile $here/nvim/drive.lua" </dev/null >"$work/nvim.out" 2>&1 || {
  cat "$work/nvim.out"
  exit 1
}
cat "$work/nvim.out"
echo
