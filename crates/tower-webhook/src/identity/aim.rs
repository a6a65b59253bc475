//! Where a reader of JSON is on the way that a pointer leads, and the value at the end of it.

use crate::delivery_key::DeliveryKey;

/// How many bytes a value may have that identifies a delivery.
const MAX_VALUE: usize = 1024;

/// The state of the search.
pub(super) struct Aim {
    pointer: &'static str,
    /// How many tokens the pointer has.
    tokens: u32,
    /// How many of the open containers, from the outermost one, the pointer leads through. The token of this number
    /// chooses among the values of the innermost of them.
    along: u32,
    /// Whether the pointer leads to the next value.
    is_next: bool,
    name: Name,
    /// The index of the next value of an array that the pointer leads through, and the one it leads to.
    index: usize,
    wanted: Option<usize>,
    /// Whether the text belongs to the value.
    is_inside: bool,
    kind: Option<Kind>,
    value: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
}

/// The value to which the pointer leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) value: Vec<u8>,
}

impl Found {
    pub(super) fn key(&self, pointer: &str) -> DeliveryKey {
        DeliveryKey::of_value(pointer, self.kind == Kind::Number, &self.value)
    }
}

impl Aim {
    pub(super) fn new(pointer: &'static str) -> Self {
        Self {
            pointer,
            tokens: pointer.bytes().map(|byte| u32::from(byte == b'/')).sum(),
            along: 0,
            is_next: true,
            name: Name::other(),
            index: 0,
            wanted: None,
            is_inside: false,
            kind: None,
            value: Vec::new(),
        }
    }

    /// A name begins in a container of this depth.
    pub(super) fn begin_name(&mut self, depth: u32) {
        self.name = if depth == self.along {
            Name::of(self.token())
        } else {
            Name::other()
        };
        self.is_next = false;
    }

    pub(super) fn end_name(&mut self) {
        self.is_next = self.name.is_equal();
        self.name = Name::other();
    }

    /// Another element begins in an array of this depth.
    pub(super) fn next_element(&mut self, depth: u32) {
        self.is_next = false;
        if depth == self.along {
            self.index += 1;
            self.is_next = self.wanted == Some(self.index);
        }
    }

    /// A string, a number or, without a kind, another value begins that is no container.
    pub(super) fn begin_value(&mut self, kind: Option<Kind>) {
        if self.is_next {
            self.forget();
            self.is_inside = self.along == self.tokens;
            self.kind = kind.filter(|_| self.is_inside);
        }
    }

    /// Takes decoded text of a name or a value.
    pub(super) fn text(&mut self, text: &[u8]) {
        self.name.update(text);
        if self.is_inside && self.kind.is_some() {
            self.value.extend_from_slice(text);
            if self.value.len() > MAX_VALUE {
                self.forget();
            }
        }
    }

    pub(super) fn end_value(&mut self) {
        self.is_inside = false;
    }

    pub(super) fn open(&mut self, is_object: bool) {
        if !self.is_next {
            return;
        }
        self.forget();
        self.is_next = false;
        if self.along < self.tokens {
            self.along += 1;
            self.index = 0;
            self.wanted = if is_object { None } else { index(self.token()) };
            self.is_next = self.wanted == Some(0);
        }
    }

    /// A container was closed, which leaves so many open.
    pub(super) fn close(&mut self, depth: u32) {
        self.is_next = false;
        if depth < self.along {
            self.along = depth;
            // In an array that it leads through, the pointer led to the one that was closed.
            self.wanted = None;
        }
    }

    pub(super) fn found(self) -> Option<Found> {
        let Self { kind, value, .. } = self;
        kind.filter(|_| !value.is_empty()).map(|kind| Found { kind, value })
    }

    /// A later value counts in place of an earlier one, also one that tells nothing.
    fn forget(&mut self) {
        self.kind = None;
        self.value.clear();
    }

    fn token(&self) -> &'static str {
        self.pointer.split('/').nth(self.along as usize).unwrap_or_default()
    }
}

/// A name as it is compared with a token.
struct Name {
    /// None when it differs.
    left: Option<&'static [u8]>,
}

impl Name {
    fn of(token: &'static str) -> Self {
        Self {
            left: Some(token.as_bytes()),
        }
    }

    fn other() -> Self {
        Self { left: None }
    }

    fn update(&mut self, text: &[u8]) {
        for byte in text {
            let Some(left) = self.left else { return };
            self.left = match left {
                [b'~', b'0', rest @ ..] if *byte == b'~' => Some(rest),
                [b'~', b'1', rest @ ..] if *byte == b'/' => Some(rest),
                [b'~', ..] => None,
                [expected, rest @ ..] if byte == expected => Some(rest),
                _ => None,
            };
        }
    }

    fn is_equal(&self) -> bool {
        self.left.is_some_and(<[u8]>::is_empty)
    }
}

/// The index that a token is: decimal digits without leading zeros.
fn index(token: &str) -> Option<usize> {
    let is_index = token.bytes().all(|byte| byte.is_ascii_digit()) && (token == "0" || !token.starts_with('0'));
    if is_index { token.parse().ok() } else { None }
}
