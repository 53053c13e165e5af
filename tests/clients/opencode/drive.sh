# Sourced by ../run.
command -v npm >/dev/null || skip "npm is not installed; ./dev setup --all installs it"
# Some hundred megabytes: kept beside the build and installed once.
programs=$build/clients-programs/opencode
opencode=$programs/node_modules/.bin/opencode
if [[ ! -x $opencode ]]; then
  mkdir -p "$programs"
  cp "$here/opencode/package.json" "$programs/"
  HOME=$(getent passwd "$(id -u)" | cut -d: -f6) npm --prefix "$programs" install --no-audit --no-fund --loglevel=error ||
    skip "opencode cannot be installed from npm"
fi
export OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_LSP_DOWNLOAD=1 OPENCODE_DISABLE_MODELS_FETCH=1
export OPENCODE_DISABLE_DEFAULT_PLUGINS=1
cd "$FLUXLS_FLEET"
cp "$source/editors/opencode/opencode.json" .
timeout 120 "$opencode" debug lsp diagnostics "$FLUXLS_FILE" </dev/null >"$work/shown.json"
node "$here/opencode/compare.mjs" "$work/shown.json"
