//! Requests of strangers: nothing of theirs is explained by chance.

use std::fmt::Write;

use super::*;

/// Numbers that are the same in each run: xorshift64, by George Marsaglia (2003).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn value(&mut self, depth: u64, out: &mut String) {
        match self.below(if depth == 0 { 4 } else { 6 }) {
            0 => out.push_str(&self.below(100_000).to_string()),
            1 => out.push_str(["true", "false", "null", "1.0", "-2.5e3"][usize::try_from(self.below(5)).unwrap()]),
            2 => out.push_str("\"é/<&>\""),
            3 => write!(out, "\"{:x}\"", self.next()).unwrap(),
            4 => {
                out.push('[');
                self.value(depth - 1, out);
                out.push(']');
            }
            _ => {
                write!(out, "{{\"k{}\":", self.below(9)).unwrap();
                self.value(depth - 1, out);
                out.push('}');
            }
        }
    }

    fn body(&mut self) -> Vec<u8> {
        match self.below(4) {
            0 => (0..self.below(64)).map(|_| self.next().to_le_bytes()[0]).collect(),
            1 => format!("a={}&b=%20{}", self.next(), self.below(9)).into_bytes(),
            2 => format!("{:x}\r\n{}\n", self.next(), self.next()).into_bytes(),
            _ => {
                let mut out = String::new();
                self.value(3, &mut out);
                out.into_bytes()
            }
        }
    }
}

#[test]
fn of_ten_thousand_unrelated_bodies_none_is_explained() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let schemes = schemes();
    for round in 0..10_000 {
        let (about, scheme) = &schemes[round % schemes.len()];
        let case = signed_body(scheme, format!("{{{:x}{:x}}}", random.next(), random.next()));
        let body = random.body();
        let case = case.with_body(body.clone()).with_others([keyed(scheme, "other")]);
        // Pairs take most of the time.
        let found = match round % 10 {
            0 => !explained(&case).is_empty(),
            _ => Search::new(case.body.len()).singles(&case).is_some(),
        };
        assert!(!found, "{about}: {}", String::from_utf8_lossy(&body));
    }
}

#[test]
fn a_header_of_a_stranger_can_be_anything() {
    let mut random = Random(7);
    for (about, scheme) in schemes() {
        for _ in 0..8 {
            let length = random.below(200);
            let value: Vec<u8> = (0..length)
                .map(|_| b"0aF=,;+/ -_%\"v1t\xff"[usize::try_from(random.below(17)).unwrap()])
                .collect();
            let Ok(value) = http::HeaderValue::from_bytes(&value) else {
                continue;
            };
            let case = signed_body(&scheme, BODY).with_header(scheme.signature_header().unwrap(), value);
            assert_eq!(explained(&case), [""; 0], "{about}");
        }
    }
}
