//! The program `tower-webhook`. Everything is in the library, so that its documentation has a page.

use std::process::ExitCode;

fn main() -> ExitCode {
    tower_webhook_cli::main()
}
