//! `listen`: what it answers and prints, what it keeps, and whom it shows the page.

mod answers;
mod end;
mod files;
mod forward;
mod handshake;
mod page;
