-- fluxcd-ls for Neovim 0.7 to 0.10:
--     require('fluxcd_ls').setup()
-- From 0.11 on use `vim.lsp.enable('fluxcd_ls')` instead. Both read lsp/fluxcd_ls.lua.

local M = {}

-- Repository → client id; what vim.lsp.start does by itself from 0.8 on.
local clients = {}

local function start(config, bufnr)
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = bufnr })
    return
  end
  local id = clients[config.root_dir]
  if not id or vim.lsp.client_is_stopped(id) then
    id = vim.lsp.start_client(config)
    clients[config.root_dir] = id
  end
  vim.lsp.buf_attach_client(bufnr, id)
end

-- `options` may hold `cmd`, `settings`, `on_attach`, `capabilities`: anything vim.lsp.start_client takes.
function M.setup(options)
  local file = vim.api.nvim_get_runtime_file('lsp/fluxcd_ls.lua', false)[1]
  assert(file, 'lsp/fluxcd_ls.lua is not in the runtime path')
  local shared = dofile(file)

  local function attach(bufnr)
    shared.root_dir(bufnr, function(root)
      local config = vim.tbl_deep_extend('force', { name = 'fluxcd_ls', cmd = shared.cmd, settings = shared.settings }, options or {})
      -- The oldest versions send settings neither by themselves nor when they are asked.
      config.init_options = config.init_options or config.settings
      config.root_dir = root
      config.workspace_folders = { { uri = vim.uri_from_fname(root), name = root } }
      start(config, bufnr)
    end)
  end

  vim.api.nvim_create_autocmd('FileType', {
    pattern = { 'yaml', 'yaml.*' },
    callback = function(event)
      attach(event.buf)
    end,
  })
  -- The buffer that was there before setup was called.
  attach(vim.api.nvim_get_current_buf())
end

return M
