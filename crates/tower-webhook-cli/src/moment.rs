//! Times on the command line: RFC 3339, or seconds since the Unix epoch, as signatures have them.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use tower_webhook::Verifier;

/// By which time, and how strictly, a signed time is judged.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Signed time")]
pub(crate) struct Times {
    /// Judge the signed time by this one: RFC 3339, or seconds since 1970 [default: now]
    #[arg(long, value_name = "TIME", value_parser = instant, allow_hyphen_values = true)]
    at: Option<SystemTime>,
    /// How far the signed time may be from it, at most 30 days [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=30 * 24 * 60 * 60))]
    tolerance: Option<u64>,
    /// Accept any signed time
    #[arg(long, conflicts_with_all = ["at", "tolerance"])]
    any_time: bool,
}

/// That of the library.
const TOLERANCE: Duration = Duration::from_secs(300);

impl Times {
    /// How far a signed time may be from the one by which it is judged.
    pub(crate) fn tolerance(&self) -> Duration {
        self.tolerance.map_or(TOLERANCE, Duration::from_secs)
    }

    /// The verifier that judges by these times.
    pub(crate) fn apply(&self, verifier: Verifier) -> Verifier {
        if self.any_time {
            return verifier.insecure_any_timestamp();
        }
        let verifier = verifier.tolerance(self.tolerance());
        match self.at {
            Some(time) => verifier.clock(move || time),
            None => verifier,
        }
    }

    /// Judges by this time.
    #[cfg(test)]
    pub(crate) fn at(time: SystemTime) -> Self {
        Self {
            at: Some(time),
            ..Self::default()
        }
    }
}

fn instant(text: &str) -> Result<SystemTime, String> {
    SystemTime::try_from(parse(text)?).map_err(|_| "no clock of this machine shows that time".to_owned())
}

/// Reads `2024-05-21T10:30:00Z` or `1716287400`.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    let seconds = text.strip_prefix('-').unwrap_or(text);
    if !seconds.is_empty() && seconds.bytes().all(|byte| byte.is_ascii_digit()) {
        let time = text
            .parse()
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok());
        return time.ok_or_else(|| "too many digits for seconds: give milliseconds without the last three".to_owned());
    }
    text.parse()
        .map_err(|_| "neither a time as in 2024-05-21T10:30:00Z nor seconds since 1970".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_name_the_same_moment() {
        for text in ["1716287400", "2024-05-21T10:30:00Z", "2024-05-21T12:30:00+02:00"] {
            assert_eq!(parse(text).unwrap().as_second(), 1_716_287_400, "{text}");
        }
        assert_eq!(parse("-1").unwrap().as_second(), -1);
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "-",
            "now",
            "1.5",
            "2024-05-21",
            "1716287400000000",
            "99999999999999999999",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("1716287400000").unwrap_err().contains("milliseconds"));
    }
}
