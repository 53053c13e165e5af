-- Opens a file of the example fleet with the plug-in of editors/neovim, compares the diagnostics with
-- `fluxcd-ls check`, applies a quick fix, types a broken line and takes it back. For Neovim 0.7 and later.

local function read(path)
  local file = assert(io.open(path, 'rb'))
  local text = file:read('*a')
  file:close()
  return text
end

local function say(format, ...)
  io.stdout:write(string.format(format, ...) .. '\n')
end

local function wait(what, seconds, condition)
  assert(vim.wait(seconds * 1000, condition, 20), 'waited in vain: ' .. what)
end

local severities = { 'error', 'warning', 'info', 'hint' }

-- 1-based column in code points, which is what the command line prints.
local function column(buf, line, byte)
  local text = vim.api.nvim_buf_get_lines(buf, line, line + 1, false)[1] or ''
  local before = text:sub(1, byte)
  return vim.fn.strchars(before) + 1
end

local function shown(buf)
  local list = {}
  for _, d in ipairs(vim.diagnostic.get(buf)) do
    table.insert(
      list,
      string.format('%d:%d-%d:%d %s: %s [%s]', d.lnum + 1, column(buf, d.lnum, d.col), d.end_lnum + 1,
        column(buf, d.end_lnum, d.end_col), severities[d.severity], d.message, d.code or d.user_data.lsp.code)
    )
  end
  table.sort(list)
  return list
end

local function expected()
  local list = {}
  for _, f in ipairs(vim.fn.json_decode(read(vim.env.FLUXLS_EXPECTED)).findings) do
    if f.path == vim.env.FLUXLS_FILE then
      local s, e = f.range.start, f.range['end']
      table.insert(list, string.format('%d:%d-%d:%d %s: %s [%s]', s.line, s.column, e.line, e.column, f.severity, f.message, f.rule))
    end
  end
  table.sort(list)
  return list
end

local function same(what, got, want)
  local a, b = table.concat(got, '\n'), table.concat(want, '\n')
  assert(a == b, what .. ': shown\n' .. a .. '\nexpected\n' .. b)
end

local function clients()
  return (vim.lsp.get_clients or vim.lsp.get_active_clients)()
end

local function main()
  vim.opt.runtimepath:append(vim.env.FLUXLS_SOURCE .. '/editors/neovim')
  vim.cmd('filetype on')
  if vim.lsp.enable then
    vim.lsp.enable('fluxcd_ls')
  else
    require('fluxcd_ls').setup()
  end

  -- A YAML file of no Flux repository starts nothing.
  vim.fn.mkdir(vim.env.FLUXLS_WORK .. '/other/.git', 'p')
  vim.fn.writefile({ 'a: 1' }, vim.env.FLUXLS_WORK .. '/other/plain.yaml')
  vim.cmd('edit ' .. vim.env.FLUXLS_WORK .. '/other/plain.yaml')
  assert(vim.bo.filetype == 'yaml', 'filetype of plain.yaml is ' .. vim.bo.filetype)
  vim.wait(300)
  assert(#clients() == 0, 'the server was started outside a Flux repository')

  vim.cmd('edit ' .. vim.env.FLUXLS_FLEET .. '/' .. vim.env.FLUXLS_FILE)
  local buf = vim.api.nvim_get_current_buf()
  wait('a client', 20, function()
    return #clients() == 1 and (clients()[1].initialized or clients()[1].initialized == nil)
  end)
  local client = clients()[1]
  assert(vim.loop.fs_realpath(client.config.root_dir) == vim.loop.fs_realpath(vim.env.FLUXLS_FLEET), 'root is ' .. client.config.root_dir)

  local want = expected()
  assert(#want > 0, 'the file has no findings to see')
  wait('diagnostics', 20, function()
    return #vim.diagnostic.get(buf) > 0
  end)
  vim.wait(500)
  same('diagnostics', shown(buf), want)
  local version = vim.version()
  say('neovim %d.%d.%d: %d diagnostics, as `check` has them', version.major, version.minor, version.patch, #want)

  -- Every finding of the rule in turn, as a user would with `vim.lsp.buf.code_action()` on it.
  local fixed = 0
  while true do
    local target
    for _, d in ipairs(vim.diagnostic.get(buf)) do
      if d.user_data.lsp.code == vim.env.FLUXLS_RULE then
        target = d
        break
      end
    end
    if not target then
      break
    end
    assert(fixed < 20, 'the fixes never end')
    local raw = target.user_data.lsp
    local function position(line, byte)
      local text = vim.api.nvim_buf_get_lines(buf, line, line + 1, false)[1] or ''
      local _, utf16 = vim.str_utfindex(text, byte)
      return { line = line, character = client.offset_encoding == 'utf-8' and byte or utf16 }
    end
    local range = { start = position(target.lnum, target.col), ['end'] = position(target.end_lnum, target.end_col) }
    local answers = vim.lsp.buf_request_sync(buf, 'textDocument/codeAction', {
      textDocument = { uri = vim.uri_from_bufnr(buf) },
      range = range,
      context = {
        diagnostics = {
          { range = raw.range or range, message = target.message, severity = target.severity, code = raw.code, source = target.source,
            data = raw.data },
        },
      },
    }, 10000)
    local answer = assert(answers and answers[client.id], 'no code actions')
    local chosen
    for _, action in ipairs(answer.result or {}) do
      -- Only clients that know isPreferred are sent it; the preferred fix stands first anyway.
      if action.kind == 'quickfix' and (not chosen or action.isPreferred) then
        chosen = action
      end
    end
    assert(chosen, 'no quick fix: ' .. vim.inspect(answer))
    if not chosen.edit then
      local resolved = vim.lsp.buf_request_sync(buf, 'codeAction/resolve', chosen, 10000)
      chosen = assert(resolved[client.id].result)
    end
    local before = #vim.diagnostic.get(buf)
    vim.lsp.util.apply_workspace_edit(chosen.edit, client.offset_encoding)
    fixed = fixed + 1
    say('applied "%s"', chosen.title)
    wait('the finding to go', 10, function()
      return #vim.diagnostic.get(buf) < before
    end)
    vim.wait(300)
  end
  assert(fixed > 0, 'nothing of ' .. vim.env.FLUXLS_RULE .. ' to fix')
  local text = table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), '\n') .. '\n'
  assert(text == read(vim.env.FLUXLS_FIXED), 'the buffer is not what the command line makes of it:\n' .. text)

  -- A half-typed line is reported while it is there, and not afterwards.
  local mended = shown(buf)
  vim.api.nvim_buf_set_lines(buf, -1, -1, false, { 'note: "half' })
  wait('the broken line', 10, function()
    return #vim.diagnostic.get(buf) > #mended
  end)
  vim.api.nvim_buf_set_lines(buf, -2, -1, false, {})
  wait('the broken line to go', 10, function()
    return #vim.diagnostic.get(buf) == #mended
  end)
  same('after a broken line', shown(buf), mended)

  if vim.lsp.enable then
    vim.lsp.enable('fluxcd_ls', false)
    client:stop()
  else
    vim.lsp.stop_client(client.id)
  end
  wait('the server to end', 10, function()
    return #clients() == 0
  end)
  -- Leaves the recorder the time to write the exit code down.
  vim.wait(300)
end

local ok, problem = xpcall(main, debug.traceback)
if not ok then
  say('%s', problem)
end
io.stdout:flush()
vim.cmd(ok and 'qall!' or 'cquit!')
