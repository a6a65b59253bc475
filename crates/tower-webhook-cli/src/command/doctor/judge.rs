//! The verdict on what a receiver did.

use std::time::Duration;

use serde::Serialize;

use super::draft::FLOOD;
use super::named::names;
use super::row::{Expect, Row, Severity};
use super::wire::{Came, Exchange};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Pass,
    Fail,
    Warn,
    Info,
}

/// What was found in a row.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    /// What was received, in words.
    pub(super) came: String,
    pub(super) status: Option<u16>,
    /// What is wrong, or has to be added.
    pub(super) remark: Option<String>,
    pub(super) time: Duration,
    /// How many bytes were sent.
    pub(super) sent: u64,
}

impl Finding {
    /// Of a row that was not carried out, or is no exchange.
    pub(super) fn note(verdict: Verdict, came: impl Into<String>) -> Self {
        Self {
            verdict,
            came: came.into(),
            status: None,
            remark: None,
            time: Duration::ZERO,
            sent: 0,
        }
    }

    pub(super) fn remarked(self, remark: impl Into<String>) -> Self {
        let remark = Some(remark.into());
        Self { remark, ..self }
    }

    /// With this remark after the one that it has.
    pub(super) fn also(self, remark: impl Into<String>) -> Self {
        let remark = remark.into();
        match &self.remark {
            Some(first) => {
                let both = format!("{first}; {remark}");
                self.remarked(both)
            }
            None => self.remarked(remark),
        }
    }
}

/// Judges one exchange.
pub(super) fn judge(row: &Row, exchange: &Exchange, must_not_say: Option<&[u8]>) -> Finding {
    let (verdict, remark) = match verdict(row.expect, &exchange.came) {
        Ok(()) => (Verdict::Pass, None),
        Err((severity, remark)) => (severity.into(), Some(remark.to_owned())),
    };
    let finding = Finding {
        verdict,
        came: in_words(exchange),
        status: exchange.came.status(),
        remark,
        time: exchange.time,
        sent: exchange.sent,
    };
    let says = |mac: &[u8]| match &exchange.came {
        Came::Answer(answer) => names(answer, mac),
        _ => false,
    };
    if must_not_say.is_some_and(says) {
        let verdict = Verdict::Fail;
        return Finding { verdict, ..finding }.remarked("the answer contains the right MAC of what was sent");
    }
    finding
}

impl From<Severity> for Verdict {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Warning => Self::Warn,
            Severity::Failure => Self::Fail,
        }
    }
}

/// What is wrong, and how severe it is.
fn verdict(expect: Expect, came: &Came) -> Result<(), (Severity, &'static str)> {
    use Severity::{Failure, Warning};
    let status = came.status();
    let expect = match expect {
        Expect::OneEffect => Expect::Accepted(Failure),
        other => other,
    };
    match (expect, came) {
        (Expect::Nothing, _) => Ok(()),
        (_, Came::NotConnected(_)) => Err((Failure, "nobody listens any more: has the receiver ended?")),
        (_, Came::NotHttp) => Err((Failure, "the answer is not HTTP/1.1")),
        (Expect::Accepted(_) | Expect::Answered | Expect::Stopped { .. }, Came::Answer(_)) if came.is_success() => {
            match expect {
                Expect::Stopped { .. } => Err((Failure, "a forgery was accepted")),
                _ => Ok(()),
            }
        }
        (Expect::Accepted(severity), Came::Answer(_)) => Err((severity, "a genuine request was refused")),
        (Expect::Accepted(severity), Came::Closed) => Err((severity, "a genuine request was not answered")),
        (Expect::Refused(Failure), _) if came.is_success() => Err((Failure, "a forgery was accepted")),
        (Expect::Refused(Warning), _) if came.is_success() => {
            Err((Warning, "it was accepted, which a strict reader does not"))
        }
        (Expect::BrokenOff, _) if came.is_success() => Err((Warning, "an incomplete request was accepted")),
        (_, Came::Answer(_)) if matches!(status, Some(400..=499)) => Ok(()),
        (_, Came::Answer(_)) if matches!(status, Some(300..=399)) => {
            Err((Failure, "it was answered with a redirect, not with a 4xx"))
        }
        (_, Came::Answer(_)) => Err((Failure, "it was answered with an error of the receiver, not with a 4xx")),
        (Expect::BrokenOff | Expect::Stopped { may_close: true }, Came::Closed) => Ok(()),
        (_, Came::Closed) => Err((
            Failure,
            "the connection was closed without an answer: did the handler crash?",
        )),
        (Expect::Stopped { .. }, Came::TookAll) => Err((Failure, "it reads on without a limit")),
        (Expect::Stopped { .. }, Came::Silence) => Err((Failure, "it waits without a limit")),
        (_, Came::Silence | Came::TookAll) => Err((Failure, "it hangs")),
    }
}

fn in_words(exchange: &Exchange) -> String {
    let time = in_ms(exchange.time);
    match &exchange.came {
        Came::Answer(answer) => format!("{} in {time}", answer.status.as_u16()),
        Came::Closed => format!("closed in {time}"),
        Came::NotHttp => "not HTTP/1.1".to_owned(),
        Came::Silence => format!("nothing in {time}"),
        Came::TookAll => format!("took {} MiB", FLOOD / 1024 / 1024),
        Came::NotConnected(_) => "not connected".to_owned(),
    }
}

/// A time as people read it.
pub(super) fn in_ms(time: Duration) -> String {
    match time.as_millis() {
        10_000.. => format!("{} s", time.as_secs()),
        10.. => format!("{} ms", time.as_millis()),
        _ => format!("{:.1} ms", time.as_secs_f64() * 1e3),
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::super::answer::Answer;
    use super::*;

    fn status(code: u16) -> Came {
        let status = StatusCode::from_u16(code).unwrap();
        Came::Answer(Answer::of(status, b""))
    }

    #[track_caller]
    fn assert_judged(expect: Expect, came: &Came, wanted: Option<Severity>) {
        let severity = verdict(expect, came).err().map(|(severity, _)| severity);
        assert_eq!(severity, wanted, "{expect:?} {came:?}");
    }

    #[test]
    fn each_expectation_has_its_verdict_on_everything_that_can_come() {
        use Severity::{Failure, Warning};
        const NO: Option<Severity> = Some(Failure);
        const DOUBT: Option<Severity> = Some(Warning);
        let came = [
            status(200),
            status(302),
            status(403),
            status(500),
            Came::Closed,
            Came::Silence,
            Came::TookAll,
            Came::NotHttp,
            Came::NotConnected(String::new()),
        ];
        for (expect, wanted) in [
            (Expect::Accepted(Failure), [None, NO, NO, NO, NO, NO, NO, NO, NO]),
            (
                Expect::Accepted(Warning),
                [None, DOUBT, DOUBT, DOUBT, DOUBT, NO, NO, NO, NO],
            ),
            (Expect::Refused(Failure), [NO, NO, None, NO, NO, NO, NO, NO, NO]),
            (Expect::Refused(Warning), [DOUBT, NO, None, NO, NO, NO, NO, NO, NO]),
            (Expect::Answered, [None, NO, None, NO, NO, NO, NO, NO, NO]),
            (
                Expect::Stopped { may_close: true },
                [NO, NO, None, NO, None, NO, NO, NO, NO],
            ),
            (
                Expect::Stopped { may_close: false },
                [NO, NO, None, NO, NO, NO, NO, NO, NO],
            ),
            (Expect::BrokenOff, [DOUBT, NO, None, NO, None, NO, NO, NO, NO]),
            (Expect::Nothing, [None; 9]),
        ] {
            for (came, wanted) in came.iter().zip(wanted) {
                assert_judged(expect, came, wanted);
            }
        }
    }

    #[test]
    fn an_answer_that_contains_the_right_mac_is_a_failure_whatever_its_status() {
        let row = super::super::battery::rows()
            .find(|row| row.name == "names-the-mac")
            .unwrap();
        let exchange = Exchange {
            came: Came::Answer(Answer::of(StatusCode::FORBIDDEN, b"expected sha256=abcd")),
            sent: 0,
            time: Duration::ZERO,
        };
        assert_eq!(judge(row, &exchange, Some(b"abcd")).verdict, Verdict::Fail);
        for harmless in [None, Some(&b"abce"[..]), Some(b"")] {
            assert_eq!(judge(row, &exchange, harmless).verdict, Verdict::Pass);
        }
    }
}
