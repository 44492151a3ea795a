-- Reserves all claims, or none and takes a place in the queue of each limit that has no room.
--
-- KEYS: the counter of tickets; for each claim its window or leases, and its queue.
-- ARGV: the time ('' for the server's), ticket (0 for none), patience, lease, and WINDOW, SLOTS, GONE, POLL, LEASE;
--       for each claim `c` for calls at once or `w` for a window, its limit, and what is charged.
-- Gives {1, slot}, or {0, claim, seconds, ticket (0 for none)}.
local now = tonumber(ARGV[1])
if not now then
    local time = redis.call('TIME')
    now = tonumber(time[1]) + tonumber(time[2]) / 1e6
end
local ticket, patience, lease = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local WINDOW, SLOTS, GONE = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local POLL, LEASE = tonumber(ARGV[8]), tonumber(ARGV[9])
local HEAD = 9
local place = ticket > 0 and ticket or math.huge
local slot = math.floor(now * SLOTS)

local function ahead(queue)
    local found, sum = redis.call('HGETALL', queue), 0
    for i = 1, #found, 2 do
        local amount, seen = string.match(found[i + 1], '^(%d+) (.+)$')
        if math.abs(now - tonumber(seen)) > GONE then
            redis.call('HDEL', queue, found[i])
        elseif tonumber(found[i]) < place then
            sum = sum + tonumber(amount)
        end
    end
    return sum
end

-- Seconds until there is room, nil where nobody can say.
local function window(key, limit, charged, before)
    local oldest = math.floor((now - WINDOW) * SLOTS)
    local found, slots, used, late = redis.call('HGETALL', key), {}, 0, 0
    for i = 1, #found, 2 do
        local at, amount = tonumber(found[i]), tonumber(found[i + 1])
        if at > slot then -- the clock was set back: it counts from now on, and no longer than that
            redis.call('HDEL', key, found[i])
            late = late + amount
        elseif at < oldest then
            redis.call('HDEL', key, found[i])
        else
            slots[#slots + 1] = {at, amount}
            used = used + amount
        end
    end
    if late > 0 then
        redis.call('HINCRBY', key, slot, late)
        redis.call('PEXPIRE', key, (WINDOW + 2) * 1000)
        slots[#slots + 1] = {slot, late}
        used = used + late
    end
    local free = limit - charged - before
    if used <= free then return 0 end
    table.sort(slots, function(a, b) return a[1] < b[1] end)
    for _, each in ipairs(slots) do
        used = used - each[2]
        if used <= free then return (each[1] + 1) / SLOTS + WINDOW - now end
    end
    return nil
end

local function leases(key, limit, before)
    redis.call('ZREMRANGEBYSCORE', key, '-inf', '(' .. now)
    for _, each in ipairs(redis.call('ZRANGEBYSCORE', key, '(' .. (now + LEASE), '+inf')) do
        redis.call('ZADD', key, now + LEASE, each) -- the clock was set back
    end
    if redis.call('ZCARD', key) + before < limit then return 0 end
    return nil
end

local full, longest, worst = {}, 0, nil
for i = HEAD + 1, #ARGV, 3 do
    local n = (i - HEAD + 2) / 3
    local key, queue = KEYS[2 * n], KEYS[2 * n + 1]
    local limit, charged = tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
    local before = ahead(queue)
    local wait
    if ARGV[i] == 'c' then
        wait = leases(key, limit, before)
    else
        wait = window(key, limit, charged, before)
    end
    if ticket > 0 then redis.call('HDEL', queue, ticket) end
    if wait ~= 0 then
        full[#full + 1] = {queue, charged}
        if not worst or (wait or 0) > longest then longest, worst = wait or 0, n end
    end
end

if not worst then
    for i = HEAD + 1, #ARGV, 3 do
        local key = KEYS[2 * (i - HEAD + 2) / 3]
        if ARGV[i] == 'c' then
            redis.call('ZADD', key, now + LEASE, lease)
            redis.call('PEXPIRE', key, (LEASE + 1) * 1000)
        else
            redis.call('HINCRBY', key, slot, ARGV[i + 2])
            redis.call('PEXPIRE', key, (WINDOW + 2) * 1000)
        end
    end
    return {1, slot}
end

local seconds = longest > 0 and longest or POLL
if seconds > patience then return {0, worst, tostring(seconds), 0} end
if ticket == 0 then ticket = redis.call('INCR', KEYS[1]) end
redis.call('PEXPIRE', KEYS[1], 3600 * 1000)
for _, each in ipairs(full) do
    redis.call('HSET', each[1], ticket, string.format('%d %.3f', each[2], now))
    redis.call('PEXPIRE', each[1], (GONE + 1) * 1000)
end
return {0, worst, tostring(seconds), ticket}
