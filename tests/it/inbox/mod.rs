//! The inbox on every backend: its answers, and that no acknowledged delivery is lost.

mod answers;
mod backlog;
mod board;
mod contention;
mod database;
mod dead;
mod deploys;
mod disk;
mod drain;
mod duplicates;
mod forget;
mod hand_back;
mod kill;
mod outage;
mod process;
mod retry_all;
mod rows;
mod server;
mod settings;
mod setup;
mod shared;
mod silent;
mod takeover;
