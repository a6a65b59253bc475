//! A task as the stores write it: its delivery encoded once, and what apalis keeps beside it.

use std::collections::HashMap;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use std::time::{SystemTime, UNIX_EPOCH};

use apalis_core::task::Task;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use tower_webhook::DeliveryKey;

use crate::delivery::Delivery;
use crate::id;

/// How often a task may be started unless it says so: apalis's own default.
const ATTEMPTS: i32 = 25;

/// The members of apalis's tables, with apalis's defaults.
///
/// The stores write it themselves, because apalis's own sinks copy the encoded delivery for each step, and do not tell
/// whether a task was added.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) json: Vec<u8>,
    pub(crate) id: String,
    pub(crate) max_attempts: i32,
    /// Unix time in seconds.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    pub(crate) run_at: i64,
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    pub(crate) priority: i32,
    pub(crate) metadata: HashMap<String, String>,
    pub(crate) idempotency_key: Option<String>,
}

impl Record {
    pub(crate) fn of(task: &Task<Delivery>) -> Result<Self, serde_json::Error> {
        let task_id = task.task_id().map(ToString::to_string);
        let number = |number: Option<usize>, default| number.map_or(default, |it| it.try_into().unwrap_or(i32::MAX));
        #[cfg(any(feature = "postgres", feature = "sqlite"))]
        let now = || {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |now| now.as_secs())
        };
        Ok(Self {
            json: task.args.encode()?,
            id: task_id.unwrap_or_else(|| id::next().to_string()),
            max_attempts: number(task.max_attempts(), ATTEMPTS),
            #[cfg(any(feature = "postgres", feature = "sqlite"))]
            run_at: task.run_at().unwrap_or_else(now).try_into().unwrap_or(i64::MAX),
            #[cfg(any(feature = "postgres", feature = "sqlite"))]
            priority: number(task.priority(), 0),
            metadata: task.metadata().clone().into_inner(),
            idempotency_key: task.idempotency_key().map(str::to_owned),
        })
    }

    /// The delivery key, if it is the idempotency key. It is not when a dead letter is tried again.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    pub(crate) fn delivery_key(&self) -> Option<DeliveryKey> {
        self.idempotency_key.as_deref()?.parse().ok()
    }
}
