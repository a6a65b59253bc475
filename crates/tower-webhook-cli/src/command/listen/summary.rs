//! The summary at the end: how many requests came, and what became of them.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::received::{How, Received};

/// Counts requests by their verdict, and handshakes by their answer.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Summary {
    received: u64,
    genuine: u64,
    /// By the code of the refusal; `handshake_refused` for what is no handshake of the provider.
    refused: BTreeMap<&'static str, u64>,
    /// Handshakes that are not signed.
    handshakes: u64,
    /// Of all bodies.
    bytes: u64,
    /// Requests for another path, or by another method.
    elsewhere: u64,
}

impl Summary {
    pub(super) fn count(&mut self, received: &Received) {
        self.received += 1;
        self.bytes += received.size as u64;
        let refused = match (&received.how, received.verdict.code()) {
            (How::HandshakeRefused(_), _) => "handshake_refused",
            (_, Some(code)) => code,
            (_, None) if received.verdict.is_genuine() => {
                self.genuine += 1;
                return;
            }
            (_, None) => {
                self.handshakes += 1;
                return;
            }
        };
        *self.refused.entry(refused).or_default() += 1;
    }

    pub(super) fn count_elsewhere(&mut self) {
        self.elsewhere += 1;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: u64| if count == 1 { "" } else { "s" };
        let refused: u64 = self.refused.values().sum();
        write!(
            f,
            "Received {} request{} with {} byte{}: {} genuine, {refused} refused",
            self.received,
            plural(self.received),
            self.bytes,
            plural(self.bytes),
            self.genuine,
        )?;
        match self.handshakes {
            0 => {}
            1 => f.write_str(", 1 handshake without signature")?,
            count => write!(f, ", {count} handshakes without signature")?,
        }
        let width = self.refused.keys().map(|code| code.len()).max().unwrap_or(0);
        for (code, count) in &self.refused {
            write!(f, "\n  {code:width$}  {count}")?;
        }
        if self.elsewhere > 0 {
            let count = self.elsewhere;
            write!(
                f,
                "\nAnd {count} request{} for another path or by another method",
                plural(count)
            )?;
        }
        Ok(())
    }
}
