//! The inbox: what it answers, and that nothing it acknowledged is lost, on every backend.

mod again;
mod answers;
mod backlog;
mod board;
mod database;
mod dead;
mod dead_all;
mod deploys;
mod disk;
mod drain;
mod forget;
mod hand_back;
mod in_the_way;
mod kill;
mod once;
mod outage;
mod process;
mod redis_keys;
mod rows;
mod server;
mod settings;
mod setup;
mod shared;
mod silent;
mod takeover;
