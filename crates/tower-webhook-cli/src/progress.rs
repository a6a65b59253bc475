//! Progress bars on stderr, where it is a terminal and there is something to wait for.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Fewer bytes are there before anybody has read the bar.
const WORTH_A_BAR: u64 = 16 * 1024 * 1024;

/// A bar for this many bytes; when nobody knows how many, for those that were read.
pub(crate) fn bytes(what: &'static str, length: Option<u64>) -> ProgressBar {
    let template = match length {
        Some(..WORTH_A_BAR) => return ProgressBar::hidden(),
        Some(_) => "{msg} [{bar:40}] {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        None => "{msg} {bytes} {bytes_per_sec}",
    };
    bar(what, length, template)
}

/// A bar for this many requests.
pub(crate) fn requests(length: u64) -> ProgressBar {
    bar("sending", Some(length), "{msg} [{bar:40}] {pos}/{len} {per_sec} {eta}")
}

fn bar(what: &'static str, length: Option<u64>, template: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template(template).expect("the templates are valid");
    bar.with_style(style.progress_chars("=> ")).with_message(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_bar_without_a_terminal() {
        for bar in [bytes("reading", None), bytes("reading", Some(1 << 40)), requests(9)] {
            assert!(bar.is_hidden() || std::io::stderr().is_terminal());
        }
        assert!(bytes("reading", Some(WORTH_A_BAR - 1)).is_hidden());
    }
}
