-- fluxcd-ls for Neovim 0.11 and later: copy this file to `lsp/` of your configuration, then
--     vim.lsp.enable('fluxcd_ls')
-- Older versions use ../lua/fluxcd_ls.lua, which reads this file: only functions that Neovim 0.7 has stand here.

local uv = vim.uv or vim.loop

-- Names that only a repository for Flux or kustomize has.
local tell_tale = {
  ['kustomization.yaml'] = true,
  ['kustomization.yml'] = true,
  ['Kustomization'] = true,
  ['gotk-components.yaml'] = true,
  ['gotk-sync.yaml'] = true,
  ['.sourceignore'] = true,
}
local skipped = { ['.git'] = true, node_modules = true, ['.terraform'] = true, vendor = true }

local function entries(directory)
  local handle = uv.fs_scandir(directory)
  return function()
    if handle then
      return uv.fs_scandir_next(handle)
    end
  end
end

-- Whether a tell-tale file stands in `directory` or at most `depth` levels below it.
local function holds_tell_tale(directory, depth)
  local below = {}
  for name, kind in entries(directory) do
    if tell_tale[name] then
      return true
    end
    if kind == 'directory' and not skipped[name] then
      table.insert(below, directory .. '/' .. name)
    end
  end
  if depth > 0 then
    for _, child in ipairs(below) do
      if holds_tell_tale(child, depth - 1) then
        return true
      end
    end
  end
  return false
end

-- Reads the first lines of a buffer for an API group that is ours.
local function speaks_flux(bufnr)
  for _, line in ipairs(vim.api.nvim_buf_get_lines(bufnr, 0, 200, false)) do
    if
      line:match('^%s*apiVersion:%s*["\']?[%w.]+%.fluxcd%.io/')
      or line:match('^%s*apiVersion:%s*["\']?fluxcd%.controlplane%.io/')
      or line:match('^%s*apiVersion:%s*["\']?kustomize%.config%.k8s%.io/')
    then
      return true
    end
  end
  return false
end

local function is_yaml(bufnr)
  local filetype = vim.api.nvim_buf_get_option(bufnr, 'filetype')
  return filetype == 'yaml' or vim.startswith(filetype, 'yaml.')
end

-- Repository → whether it is one for Flux or kustomize. Looking is cheap, but not for every buffer.
local known = {}

-- Calls `on_dir` with the repository's top folder when the buffer belongs to a Flux or kustomize repository, and not at
-- all otherwise: in other repositories the server is never started.
local function root_dir(bufnr, on_dir)
  local path = vim.api.nvim_buf_get_name(bufnr)
  if path == '' or not is_yaml(bufnr) then
    return
  end
  local own = vim.fn.fnamemodify(path, ':p:h')
  local top, directory = nil, own
  while true do
    if uv.fs_stat(directory .. '/.git') then
      top = directory
      break
    end
    local parent = vim.fn.fnamemodify(directory, ':h')
    if parent == directory then
      break
    end
    directory = parent
  end
  if speaks_flux(bufnr) then
    return on_dir(top or own)
  end
  -- Outside a repository only the buffer itself can tell: no walk through somebody's home folder.
  if not top then
    return
  end
  if known[top] == nil then
    known[top] = holds_tell_tale(top, 5)
  end
  if known[top] then
    on_dir(top)
  end
end

return {
  cmd = { 'fluxcd-ls', '--stdio' },
  -- No `filetypes`: Neovim compares them literally, and root_dir accepts yaml and every yaml.* alike.
  root_dir = root_dir,
  settings = { fluxcd = vim.empty_dict() },
}
