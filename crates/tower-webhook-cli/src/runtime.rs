//! The runtimes of the subcommands that wait for sockets.

use tokio::runtime::{Builder, Runtime};

use crate::outcome::{Failure, Result};

/// A runtime on the thread of the caller.
pub(crate) fn current_thread() -> Result<Runtime> {
    build(&mut Builder::new_current_thread())
}

/// A runtime with a thread for each processor.
pub(crate) fn multi_thread() -> Result<Runtime> {
    build(&mut Builder::new_multi_thread())
}

fn build(builder: &mut Builder) -> Result<Runtime> {
    let runtime = builder.enable_all().build();
    runtime.map_err(|error| Failure::io("the runtime", &error))
}
