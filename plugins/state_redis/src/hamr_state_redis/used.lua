-- How much of each limit is used just now; nothing is changed.
--
-- KEYS: for each claim its window or leases. ARGV: the time ('' for the server's), WINDOW, SLOTS; for each claim `c` for
-- calls at once or `w` for a window.
local now = tonumber(ARGV[1])
if not now then
    local time = redis.call('TIME')
    now = tonumber(time[1]) + tonumber(time[2]) / 1e6
end
local oldest = math.floor((now - tonumber(ARGV[2])) * tonumber(ARGV[3]))
local answer = {}
for n, key in ipairs(KEYS) do
    if ARGV[n + 3] == 'c' then
        answer[n] = redis.call('ZCOUNT', key, now, '+inf')
    else
        local found, sum = redis.call('HGETALL', key), 0
        for i = 1, #found, 2 do
            if tonumber(found[i]) >= oldest then sum = sum + tonumber(found[i + 1]) end
        end
        answer[n] = sum
    end
end
return answer
