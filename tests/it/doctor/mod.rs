//! `tower-webhook doctor`, as built: what it says of the receivers, and of those that are flawed on purpose.

mod flawed;
mod program;
mod receivers;
mod schemes;
