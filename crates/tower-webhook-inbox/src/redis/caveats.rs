//! The server's settings that weaken the guarantees.

use super::{Error, RedisStore};

/// A setting, the value that the guarantees need, and the consequence of another value.
const WANTED: [(&str, &str, &str); 3] = [
    (
        "appendonly",
        "yes",
        "all deliveries since the last snapshot are lost when the server stops",
    ),
    (
        "appendfsync",
        "always",
        "the last second may be lost when the machine stops",
    ),
    (
        "maxmemory-policy",
        "noeviction",
        "queued deliveries may be dropped when the memory is full",
    ),
];

impl RedisStore {
    /// Describes the server's settings that weaken the guarantees. It returns nothing on a server with `appendonly
    /// yes`, `appendfsync always` and `maxmemory-policy noeviction`.
    ///
    /// # Errors
    ///
    /// When the server cannot be asked. Hosted servers often forbid `CONFIG`.
    pub async fn caveats(&self) -> Result<Vec<String>, Error> {
        let mut caveats = Vec::new();
        for (name, wanted, consequence) in WANTED {
            let mut ask = redis::cmd("CONFIG");
            ask.arg("GET").arg(name);
            let answer = ask.query_async(&mut self.connection()).await;
            let (_, value): (String, String) = answer.map_err(Error::database)?;
            if value != wanted {
                caveats.push(format!("{name} is {value}, not {wanted}: {consequence}"));
            }
        }
        Ok(caveats)
    }
}
