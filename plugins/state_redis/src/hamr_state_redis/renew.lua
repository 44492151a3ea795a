-- Tells that calls go on: their leases end later. One that has ended already stays ended.
--
-- KEYS: the leases of a limit, once for each call. ARGV: the time ('' for the server's), LEASE; the lease of each call.
local now = tonumber(ARGV[1])
if not now then
    local time = redis.call('TIME')
    now = tonumber(time[1]) + tonumber(time[2]) / 1e6
end
local LEASE = tonumber(ARGV[2])
for n, key in ipairs(KEYS) do
    redis.call('ZADD', key, 'XX', now + LEASE, ARGV[n + 2])
    redis.call('PEXPIRE', key, (LEASE + 1) * 1000)
end
return 1
