-- Writes what has changed in a table, unless another has changed it since it was read.
--
-- KEYS: the table. ARGV: the version that was read ('' for whatever it is), the milliseconds to keep it for, how many
-- rows are written; a name and a value for each; the names of those that are gone.
local VERSION = 'v'
if ARGV[1] ~= '' and (redis.call('HGET', KEYS[1], VERSION) or '0') ~= ARGV[1] then return 0 end
redis.call('HINCRBY', KEYS[1], VERSION, 1)
local last = 3 + 2 * tonumber(ARGV[3])
for i = 4, last, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
for i = last + 1, #ARGV do redis.call('HDEL', KEYS[1], ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
