-- Asks the gate whether a certificate may in.  Whatever goes wrong, it may not.
local gate = "http://127.0.0.1:8446/admit?fingerprint="

local function first(headers, name)
	local values = headers and headers[name]
	return values and (values[0] or values[1]) or ""
end

core.register_action("birthmark", {"http-req"}, function(txn)
	local fingerprint = txn:get_var("txn.fingerprint")
	txn:set_var("txn.birthmark", "refuse")
	if not fingerprint then
		return
	end
	local answer = core.httpclient():get{url = gate .. fingerprint,
		timeout = 2000}
	if not answer or answer.status ~= 200 then
		return
	end
	txn:set_var("txn.birthmark", "admit")
	txn:set_var("txn.device", first(answer.headers, "x-birthmark-device"))
	txn:set_var("txn.product", first(answer.headers, "x-birthmark-product"))
	txn:set_var("txn.batch", first(answer.headers, "x-birthmark-batch"))
end)
