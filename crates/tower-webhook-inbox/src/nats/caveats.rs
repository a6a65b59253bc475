//! The settings of the streams and the server that weaken the guarantees.

use std::time::Duration;

use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType};

use super::message::ERROR_ROOM;
use super::{Error, NatsStore};

/// The largest body that a verifier accepts unless it is told otherwise.
const USUAL_BODY: usize = 2 * 1024 * 1024;

impl NatsStore {
    /// Describes the settings that weaken the guarantees. It returns nothing for streams on files with 3 replicas or
    /// more and without limits, on a server whose `max_payload` has room for a body of 2 MiB.
    ///
    /// The server does not tell its `sync_interval`, which the page of [this module](crate::nats) explains.
    ///
    /// # Errors
    ///
    /// When the server cannot be asked.
    pub async fn caveats(&self) -> Result<Vec<String>, Error> {
        let shared = self.connected()?;
        let mut caveats = Vec::new();
        for (stream, content) in [
            (&shared.tasks, "deliveries"),
            (&shared.dead, "dead letters"),
            (&shared.keys, "keys"),
        ] {
            let info = stream.get_info().await.map_err(Error::server)?;
            // The keys are forgotten by their age, as the options say.
            let wanted_age = if content == "keys" {
                info.config.max_age
            } else {
                Duration::ZERO
            };
            for (setting, consequence) in of_stream(&info.config, wanted_age) {
                let name = &info.config.name;
                caveats.push(format!("{setting} of the stream {name}: {content} {consequence}"));
            }
        }
        let payload = shared.client.max_payload();
        if payload < USUAL_BODY.div_ceil(3) * 4 + ERROR_ROOM {
            let body = payload.saturating_sub(ERROR_ROOM) / 4 * 3;
            caveats.push(format!(
                "max_payload of the server is {payload}, not 4194304: bodies of more than about {body} bytes are refused"
            ));
        }
        Ok(caveats)
    }
}

/// The settings, and what they may do to what the stream holds.
fn of_stream(config: &Config, wanted_age: Duration) -> Vec<(String, &'static str)> {
    let mut caveats = Vec::new();
    if config.num_replicas < 3 {
        let setting = format!("num_replicas is {}, not 3", config.num_replicas);
        caveats.push((
            setting,
            "of the last minutes may be lost when a machine stops before its disk is synced",
        ));
    }
    if config.storage == StorageType::Memory {
        let setting = "storage is memory, not file".to_owned();
        caveats.push((setting, "are lost when the servers stop"));
    }
    if config.max_age != wanted_age {
        let setting = format!("max_age is {:?}, not {wanted_age:?}", config.max_age);
        caveats.push((setting, "that are older are lost"));
    }
    if config.discard == DiscardPolicy::Old && (config.max_bytes > 0 || config.max_messages > 0) {
        let setting = "discard is old, not new".to_owned();
        caveats.push((setting, "are lost when the stream is full, the oldest first"));
    }
    caveats
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_that_weakens_the_guarantees_is_told() {
        let good = Config {
            num_replicas: 3,
            discard: DiscardPolicy::Old,
            max_bytes: -1,
            max_messages: -1,
            ..Config::default()
        };
        let count = |config: &Config| of_stream(config, Duration::ZERO).len();
        assert_eq!(count(&good), 0);
        let weaken: [fn(&mut Config); 5] = [
            |config| config.num_replicas = 1,
            |config| config.storage = StorageType::Memory,
            |config| config.max_age = Duration::from_secs(1),
            |config| config.max_bytes = 1000,
            |config| config.max_messages = 1000,
        ];
        for weaken in weaken {
            let mut config = good.clone();
            weaken(&mut config);
            assert_eq!(count(&config), 1, "{config:?}");
        }
    }
}
