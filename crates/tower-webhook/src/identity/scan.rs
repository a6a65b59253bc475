//! A reader of JSON that looks for one value, and keeps nothing else. It takes the text in pieces of any length.

use super::aim::{Aim, Found, Kind};
use super::number::Number;
use super::text::{Text, plain_run};

/// How deep arrays and objects may be nested: as deep as in `serde_json`, so that what a handler reads has an identity.
/// A level takes one bit.
const MAX_DEPTH: u32 = 127;

/// It reads the whole text, so that what is no JSON has no value, and the last of several members counts.
pub(super) struct Scan {
    state: State,
    /// Whether each open container is an object, that of the innermost one last.
    objects: u128,
    depth: u32,
    aim: Aim,
}

/// What may come next.
#[derive(Clone, Copy)]
enum State {
    Value,
    /// A value, or the end of an array.
    FirstValue,
    /// The quotation mark of a name.
    Name,
    /// The same, or the end of an object.
    FirstName,
    InName(Text),
    Colon,
    InText(Text),
    InNumber(Number),
    /// The rest of `true`, `false` or `null`.
    InWord(&'static [u8]),
    /// What follows a value.
    After,
    /// Nothing: the text is no JSON.
    Fault,
}

impl Scan {
    pub(super) fn new(pointer: &'static str) -> Self {
        Self {
            state: State::Value,
            objects: 0,
            depth: 0,
            aim: Aim::new(pointer),
        }
    }

    pub(super) fn update(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        while let [byte, after @ ..] = rest {
            if let State::InName(Text::Plain) | State::InText(Text::Plain) = self.state {
                let (run, behind) = rest.split_at(plain_run(rest));
                if !run.is_empty() {
                    self.aim.text(run);
                    rest = behind;
                    continue;
                }
            }
            if let State::Fault = self.state {
                return;
            }
            self.state = self.step(*byte).unwrap_or(State::Fault);
            rest = after;
        }
    }

    /// The value, if there is one that identifies a delivery.
    pub(super) fn finish(self) -> Option<Found> {
        let is_whole = match self.state {
            State::After => self.depth == 0,
            State::InNumber(number) => self.depth == 0 && number.may_end(),
            _ => false,
        };
        if is_whole { self.aim.found() } else { None }
    }

    /// Takes the next byte. None when there is no such JSON.
    fn step(&mut self, byte: u8) -> Option<State> {
        match self.state {
            State::InName(text) | State::InText(text) => return self.step_text(text, byte),
            State::InNumber(number) => match number.next(byte) {
                Some(number) => {
                    self.aim.text(&[byte]);
                    return Some(State::InNumber(number));
                }
                None if number.may_end() => self.end_value(),
                None => return None,
            },
            State::InWord(word) => {
                let (expected, rest) = word.split_first()?;
                let next = if rest.is_empty() {
                    State::After
                } else {
                    State::InWord(rest)
                };
                return (byte == *expected).then_some(next);
            }
            _ => {}
        }
        match (self.state, byte) {
            (state, b' ' | b'\t' | b'\n' | b'\r') => Some(state),
            (State::FirstValue, b']') | (State::FirstName, b'}') => Some(self.close()),
            (State::Value | State::FirstValue, byte) => self.begin_value(byte),
            (State::Name | State::FirstName, b'"') => {
                self.aim.begin_name(self.depth);
                Some(State::InName(Text::Plain))
            }
            (State::Colon, b':') => Some(State::Value),
            (State::After, byte) if self.depth > 0 => match (byte, self.is_in_object()) {
                (b',', true) => Some(State::Name),
                (b',', false) => {
                    self.aim.next_element(self.depth);
                    Some(State::Value)
                }
                (b'}', true) | (b']', false) => Some(self.close()),
                _ => None,
            },
            _ => None,
        }
    }

    fn step_text(&mut self, text: Text, byte: u8) -> Option<State> {
        let is_name = matches!(self.state, State::InName(_));
        let (text, decoded) = text.next(byte)?;
        self.aim.text(decoded.as_bytes());
        Some(match text {
            Text::End if is_name => {
                self.aim.end_name();
                State::Colon
            }
            Text::End => {
                self.end_value();
                State::After
            }
            text if is_name => State::InName(text),
            text => State::InText(text),
        })
    }

    fn begin_value(&mut self, byte: u8) -> Option<State> {
        let word = match byte {
            b'{' => return self.open(true),
            b'[' => return self.open(false),
            b'"' => {
                self.aim.begin_value(Some(Kind::Text));
                return Some(State::InText(Text::Plain));
            }
            b't' => &b"true"[1..],
            b'f' => &b"false"[1..],
            b'n' => &b"null"[1..],
            _ => {
                let number = Number::begin(byte)?;
                self.aim.begin_value(Some(Kind::Number));
                self.aim.text(&[byte]);
                return Some(State::InNumber(number));
            }
        };
        self.aim.begin_value(None);
        Some(State::InWord(word))
    }

    fn end_value(&mut self) {
        self.aim.end_value();
        self.state = State::After;
    }

    fn open(&mut self, is_object: bool) -> Option<State> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        self.objects = self.objects << 1 | u128::from(is_object);
        self.aim.open(is_object);
        Some(if is_object { State::FirstName } else { State::FirstValue })
    }

    fn close(&mut self) -> State {
        self.depth -= 1;
        self.objects >>= 1;
        self.aim.close(self.depth);
        State::After
    }

    fn is_in_object(&self) -> bool {
        self.objects & 1 == 1
    }
}
