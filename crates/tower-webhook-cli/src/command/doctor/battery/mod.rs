//! The battery: every row, in the order in which it is carried out.

mod body;
mod content;
mod delivery;
mod genuine;
mod lenient;
mod limits;
mod secret;
mod signature;
mod time;

use super::draft::Draft;
use super::row::{Expect, Group, Probe, Row, Severity};
use super::sender::Sender;

/// What a receiver does in the first row decides whether the others say anything.
pub(super) const FIRST: &str = "valid";

/// Every row; that of [`FIRST`] is the first.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    [
        genuine::ROWS,
        signature::ROWS,
        lenient::ROWS,
        body::ROWS,
        secret::ROWS,
        time::ROWS,
        content::ROWS,
        limits::ROWS,
        delivery::ROWS,
        limits::LAST,
    ]
    .into_iter()
    .flatten()
}

pub(super) use self::signature::flipped;

const ACCEPTED: Expect = Expect::Accepted(Severity::Failure);
/// To accept it is to accept a forgery.
const REFUSED: Expect = Expect::Refused(Severity::Failure);
/// To accept it is to be more lenient than a strict reader.
const STRICT: Expect = Expect::Refused(Severity::Warning);

/// A row of one request.
#[derive(Clone, Copy)]
struct Once {
    name: &'static str,
    sent: &'static str,
    make: fn(&Sender) -> Option<Draft>,
    why: &'static str,
}

impl Once {
    const fn row(self, group: Group, expect: Expect) -> Row {
        Row {
            name: self.name,
            group,
            sent: self.sent,
            probe: Probe::Once(self.make),
            expect,
            why: self.why,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_row_has_a_name_of_its_own_that_is_typed_easily() {
        let mut names = HashSet::new();
        for row in rows() {
            assert!(names.insert(row.name), "{}", row.name);
            let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
            assert!(row.name.chars().all(is_plain), "{}", row.name);
            assert!(row.name.len() <= 26 && row.sent.len() <= 60, "{}: too wide", row.name);
            assert!(
                row.why.ends_with(|letter: char| letter.is_alphanumeric()),
                "{}",
                row.name
            );
        }
        assert_eq!(rows().next().unwrap().name, FIRST);
    }
}
