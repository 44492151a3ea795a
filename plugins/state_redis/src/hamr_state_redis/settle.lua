-- Puts what was used in place of what was reserved, and gives back the lease.
--
-- KEYS: for each claim its window or leases.
-- ARGV: the time ('' for the server's), lease, the slot of the grant, and WINDOW, SLOTS;
--       for each claim `c` for calls at once or `w` for a window, and how much more was used than reserved.
local now = tonumber(ARGV[1])
if not now then
    local time = redis.call('TIME')
    now = tonumber(time[1]) + tonumber(time[2]) / 1e6
end
local WINDOW, SLOTS = tonumber(ARGV[4]), tonumber(ARGV[5])
local HEAD = 5

for n, key in ipairs(KEYS) do
    local kind, more = ARGV[HEAD + 2 * n - 1], tonumber(ARGV[HEAD + 2 * n])
    if kind == 'c' then
        redis.call('ZREM', key, ARGV[2])
    elseif more > 0 then -- what came beyond the estimate came just now
        redis.call('HINCRBY', key, math.floor(now * SLOTS), more)
        redis.call('PEXPIRE', key, (WINDOW + 2) * 1000)
    elseif more < 0 then
        local there = tonumber(redis.call('HGET', key, ARGV[3]))
        if there then redis.call('HSET', key, ARGV[3], math.max(0, there + more)) end
    end
end
return 1
