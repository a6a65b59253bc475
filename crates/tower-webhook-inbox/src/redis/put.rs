//! Adding deliveries, each once.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use redis::{RedisResult, Script};
use tokio::sync::Notify;

use super::connection::Connection;
use super::keys::Keys;
use crate::line::Line;
use crate::record::Record;

/// Claims the key of each task, and adds the task as apalis does, except where the key is claimed. Returns what became
/// of each: 1 if it was added, 0 if the key is claimed, and -1 if there is another task of its id.
///
/// apalis's own script would schedule the tasks for the current second, and make all due tasks ready at once. Lua can
/// do that with about 8000 tasks; beyond, the queue stalls for good. This one makes its tasks ready itself.
static PUT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
    local answers, added = {}, 0
    local i = 4
    while i <= #ARGV do
        local id, key, last = ARGV[i], ARGV[i + 1], i + 4 + ARGV[i + 4]
        local claim, meta = ARGV[2] .. key, ARGV[3] .. id
        local answer = 1
        if not redis.call('SET', claim, id, 'EX', ARGV[1], 'NX') then
            answer = 0
        elseif redis.call('HSETNX', KEYS[1], id, ARGV[i + 2]) == 0 then
            redis.call('DEL', claim)
            answer = -1
        else
            redis.call('HSET', meta, 'attempts', 0, 'max_attempts', ARGV[i + 3], 'status', 'Pending',
                'idempotency_key', key)
            for name = i + 5, last, 2 do
                redis.call('HSET', meta, ARGV[name], ARGV[name + 1])
            end
            redis.call('RPUSH', KEYS[2], id)
            added = added + 1
        end
        answers[#answers + 1] = answer
        i = last + 1
    end
    if added > 0 then
        redis.call('DEL', KEYS[3])
        redis.call('LPUSH', KEYS[3], 1)
    end
    return answers",
    )
});

/// What became of a task that was to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    Added,
    KeyClaimed,
    IdTaken,
}

/// How many scripts are on their way at a time at most.
const COMMITTERS: usize = 2;

/// The line of those who store. A script that stores several deliveries takes little longer than one that stores one.
pub(super) fn line(
    connection: Connection,
    keys: Arc<Keys>,
    key_ttl: Duration,
    due: Arc<Notify>,
) -> Line<Record, RedisResult<Put>> {
    Line::new(COMMITTERS, move |records: Vec<Record>| {
        let (mut connection, keys, due) = (connection.clone(), Arc::clone(&keys), Arc::clone(&due));
        async move {
            match put(&mut connection, &keys, key_ttl, &records).await {
                Ok(answers) => {
                    if answers.contains(&Put::Added) {
                        due.notify_one();
                    }
                    answers.into_iter().map(Ok).collect()
                }
                Err(error) => vec![Err(error); records.len()],
            }
        }
    })
}

/// Adds all of these tasks, or none if there is an error.
async fn put(connection: &mut Connection, keys: &Keys, key_ttl: Duration, records: &[Record]) -> RedisResult<Vec<Put>> {
    let mut put = PUT.key(&keys.data);
    put.key(&keys.active).key(&keys.signal);
    put.arg(key_ttl.as_secs()).arg(&keys.claim).arg(&keys.meta);
    for record in records {
        let key = record.idempotency_key.as_deref().unwrap_or(&record.id);
        put.arg(&record.id).arg(key).arg(&record.json).arg(record.max_attempts);
        put.arg(2 * record.metadata.len());
        for (name, value) in &record.metadata {
            put.arg(name).arg(value);
        }
    }
    let answers: Vec<i8> = put.invoke_async(connection).await?;
    let answers = answers.into_iter().map(|answer| match answer {
        1 => Put::Added,
        0 => Put::KeyClaimed,
        _ => Put::IdTaken,
    });
    Ok(answers.collect())
}
