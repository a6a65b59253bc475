//! What a scheme signs: the parts of the message, and the separator of a list.

/// A part of the bytes that are signed. [`HmacScheme::signs`](super::HmacScheme::signs) takes a list of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// These bytes. Between a part that the sender chooses and the next one on the side of the body they are a
    /// separator, which a request must not have in that part, and without which a scheme [cannot be
    /// used](crate::scheme::Scheme::check): the signed bytes could be divided in two ways. A time beside the body needs
    /// none, nor does an id beside a time of RFC 3339 in front of the body, which must not have a colon.
    Literal(&'static str),
    /// The id of the delivery, as its header has it.
    Id,
    /// The timestamp, as its header or entry has it.
    Timestamp,
    /// The method, in upper case.
    Method,
    /// The path, and the query behind a `?` if there is one, as they arrived.
    PathAndQuery,
    /// The [public URL](super::HmacScheme::public_url) of the receiver.
    PublicUrl,
    /// The raw body.
    Body,
}

/// What separates the entries of a list in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Separator {
    /// A comma. Spaces and tabs around the entries are skipped: a proxy that re-joins a list may add them.
    Comma,
    /// A semicolon. Spaces and tabs around the entries are skipped: a proxy that re-joins a list may add them.
    Semicolon,
    /// A space, or several.
    Space,
}

impl Separator {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Comma => ",",
            Self::Semicolon => ";",
            Self::Space => " ",
        }
    }

    /// The entries of a list, without white space around them.
    pub(super) fn split(self, list: &[u8]) -> impl Iterator<Item = &[u8]> {
        let separator = self.as_str().as_bytes()[0];
        let trimmed = move |entry| match self {
            Self::Comma | Self::Semicolon => trim(entry),
            Self::Space => entry,
        };
        list.split(move |&byte| byte == separator).map(trimmed)
    }
}

/// The bytes without the blanks and tabs at both ends.
fn trim(bytes: &[u8]) -> &[u8] {
    let is_kept = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let start = bytes.iter().position(is_kept).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(is_kept).map_or(start, |last| last + 1);
    &bytes[start..end]
}
