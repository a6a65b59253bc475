//! How far each backend goes, what limits it, and when to take the next one.
//!
//! # Figures
//!
//! Measured on 2026-11-27 on a virtual machine with two cores (Intel Xeon), which sender, receiver, worker and server
//! share; ext4, PostgreSQL 15.20, Redis 7.0.15 without persistence, NATS 2.9.10 with one replica. Deliveries of 110
//! bytes over 32 connections, a handler that does nothing, the defaults of [`Worker`](crate::Worker). The medians of
//! five runs, each with the least and the most: the machine is a noisy one. `benches/inbox` of the repository makes the
//! table again.
//!
//! | | accepted a second | 99 % answered within | worked off a second, while more arrive | of 10 000 that wait |
//! |---|---|---|---|---|
//! | SQLite | 2917 (2419 to 6335) | 32 ms | 2915 (2403 to 6285) | 12 036 (9059 to 12 556) |
//! | single-row commits to the same disk | 2441 (1338 to 2725) | | | |
//! | PostgreSQL | 6136 (4240 to 8627) | 11 ms | 6114 (4216 to 8571) | 11 312 (8844 to 13 292) |
//! | pgbench, single-row inserts | 11 592 (7324 to 15 412) | | | |
//! | graphile-worker 0.18 | | | 651 (486 to 745) | 2409 (1786 to 2850) |
//! | graphile-worker 0.18, local queue and batched completion | | | | 21 421 (13 228 to 25 625) |
//! | Redis | 13 587 (10 789 to 16 777) | 5 ms | 13 570 (10 754 to 16 705) | 28 154 (22 030 to 33 186) |
//! | `BullMQ` 6.7 | 6967 (5064 to 8731) | | 6631 (4856 to 8587) | 11 925 (8146 to 14 677) |
//! | NATS JetStream | 7579 (6182 to 8684) | 10 ms | 7572 (6173 to 8665) | 31 937 (24 989 to 35 511) |
//!
//! Beyond what an idle receiver takes, a worker took 22 MiB to work off 100 000 deliveries from SQLite, of which 16 MiB
//! are its page cache, and 3 MiB from PostgreSQL and Redis. 256 deliveries of 2 MiB at a time, without a
//! [budget](tower_webhook::Budget), took 1.06 to 1.09 times their size, worker included.
//!
//! # Each backend
//!
//! **SQLite** is for one machine, and as durable as its disk. There is one writer: its processor is the limit, and then
//! the disk's syncs, which deliveries that wait share. Several queues in one file share that writer. Give each its own
//! file, and each file its own disk, to go further. Take PostgreSQL as soon as a second machine is to receive or to
//! work, or when peaks come near to half of what the table says.
//!
//! **PostgreSQL** is for several machines. A delivery is one insert with its key, and two updates: taken and done. Each
//! of them changes the indexes of apalis's table, and leaves a row for the vacuum. So the limits are the server's
//! processors and its log; more workers share the work and add none. Keep autovacuum on, and transactions short: one
//! that stays open for hours, also in another table, keeps the dead rows of the queue, and every take steps over them.
//! Call `forget_done` every hour. A server with more cores goes further than this one, and beyond that each server has
//! queues of its own.
//!
//! **Redis** keeps everything in memory, what waits and what is done until it is forgotten, and the keys for a year, of
//! about 230 bytes each. One core runs all commands: that is the limit. It is the fastest of these on one machine, and
//! the least durable as it is installed. Beyond one server, give each queue its own.
//!
//! **NATS JetStream** takes a stream over several servers, and goes on when one of them is lost. The limits are the
//! leader of the stream, which is one server, and with three replicas the log of each. A queue has streams of its own,
//! so more queues have more leaders. It keeps no order, and remembers a key for 30 days.
//!
//! # Parts
//!
//! A delivery that is sent again must reach the queue that knows its key. So divide by what stays the same: by the
//! [owner](crate::Delivery::owner) where each tenant has its own, or by the
//! [key](tower_webhook::VerifiedBody::delivery_key), which is as good as random:
//!
//! ```
//! use http::HeaderMap;
//! use tower_webhook::VerifiedBody;
//! use tower_webhook_inbox::{Inbox, PutError, Store, Stored};
//!
//! async fn put<S: Store>(
//!     parts: &[Inbox<S>],
//!     body: &VerifiedBody,
//!     headers: &HeaderMap,
//! ) -> Result<Stored, PutError<S::Error>> {
//!     let part = usize::from(body.delivery_key().as_bytes()[0]) % parts.len();
//!     parts[part].put(body, headers).await
//! }
//! # use tower_webhook::{SigningSecret, Verifier, scheme::Knowrithm, sign::Signer};
//! # use tower_webhook_inbox::memory::MemoryStore;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = SigningSecret::new("whk_demo")?;
//! # let headers = Signer::new(Knowrithm, &secret).headers("{}");
//! # let body = Verifier::knowrithm(secret).verify(&headers, "{}")?;
//! let parts: Vec<_> = (0..4).map(|_| Inbox::new(MemoryStore::new(1000))).collect();
//! assert_eq!(put(&parts, &body, &headers).await?, Stored::New);
//! assert_eq!(put(&parts, &body, &headers).await?, Stored::Duplicate);
//! # Ok(())
//! # }
//! ```
//!
//! With an order, divide by what the order goes by. The number of parts cannot be changed without care: a delivery that
//! is sent again after the change may reach another part, and be done again.
//!
//! # 10,000 a second
//!
//! A delivery is stored as JSON: about 150 bytes, its kept headers, and four thirds of its body. With bodies of 1 KiB
//! that are 1.5 KB, so 15 MB/s to be written, and 1.3 TB a day if nothing is forgotten. Verification is no matter: the
//! receiver without an inbox answered 63 000 a second on two such cores.
//!
//! PostgreSQL did 6100 a second with two cores that it shared with everything else. Let it be half as busy as it can:
//! 10 000 / 3000 = four parts of that size, or one server with eight cores or more, if its log keeps up with 10 000
//! deliveries in a few hundred commits a second. Measure it with your bodies before you trust this. JetStream did 7500:
//! with the same margin, three parts, and three times the 15 MB/s with three replicas.
//!
//! # 1,000,000 a second
//!
//! With bodies of 1 KiB that are 1.5 GB/s of JSON. Receivers: 1,000,000 / 63 000 = 16 machines like the one above for
//! the signatures alone; with the store, 1,000,000 / 3750 = 270 parts of JetStream of that size, or fewer larger ones.
//! Each part writes 5.6 MB/s, or 17 MB/s over its three replicas. Its keys, 3750 a second for 30 days, would be ten
//! thousand million of 253 bytes, more than any server's memory: shorten `key_ttl` to what your provider's retries
//! last. At a day, a part has 324 million of them, and 82 GB. So at this rate the memory for keys decides, not the
//! processor: let the work be idempotent by the key, and remember keys for an hour, 13.5 million and 3.4 GB for each
//! part.
