//! The runtimes of the subcommands that wait for sockets.

use std::future::Future;

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

/// Runs a future to its end, and nothing else: a large file that is still read then is not waited for.
pub(crate) fn finish<F: Future>(runtime: Runtime, future: F) -> F::Output {
    let output = runtime.block_on(future);
    runtime.shutdown_background();
    output
}

fn build(builder: &mut Builder) -> Result<Runtime> {
    let runtime = builder.enable_all().build();
    runtime.map_err(|error| Failure::io("the runtime", &error))
}
