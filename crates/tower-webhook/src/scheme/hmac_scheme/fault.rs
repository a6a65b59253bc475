//! Descriptions that contradict themselves, or whose signed bytes could be divided in two ways.

use super::{HmacScheme, Part, Time};
use crate::scheme::TimeUnit;

impl<K> HmacScheme<K> {
    /// The part of this description that contradicts another one, or is missing.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let signs = |part: Part| self.signed.contains(&part);
        let has_time = !matches!(self.time, Time::Nowhere);
        let in_entry = matches!(self.time, Time::Entry(_));
        if !self.algorithm.is_hmac() {
            Some("has an algorithm that is no HMAC")
        } else if signs(Part::PublicUrl) && self.url.is_none() {
            Some("signs the public URL, and has none: set it with `public_url`")
        } else if signs(Part::Id) != self.id.is_some() {
            Some("signs an id without a header for it, or has one that is not signed")
        } else if signs(Part::Time) != has_time {
            Some("signs a time without a place for it, or has one that is not signed")
        } else if in_entry && self.separator.is_none() {
            Some("has the time in an entry of a list, and no list")
        } else if self.separator.is_some() && self.prefix.is_empty() {
            Some("has a list without a prefix for the entries with a MAC")
        } else if self.has_ambiguous_entries() {
            Some("cannot tell the entry with the time from those with a MAC")
        } else if self.uses_a_header_twice() {
            Some("reads one header for two purposes")
        } else if signs(Part::Literal("")) {
            Some("signs a text that is empty")
        } else {
            self.fault_of_boundaries()
        }
    }

    /// What stands between this part and the next one in the direction of the body, if it is a text. The part must not
    /// contain it: what is before the body could be moved into the body, and the signature would still be right.
    pub(super) fn separator_of(&self, part: Part) -> Option<&'static str> {
        let at = |part: Part| self.signed.iter().position(|signed| *signed == part);
        let (at, body) = (at(part)?, at(Part::Body)?);
        let neighbour = if at < body { at + 1 } else { at - 1 };
        match self.signed[neighbour] {
            Part::Literal(text) => Some(text),
            _ => None,
        }
    }

    /// The fault of an id or a path that nothing separates from the body. A time ends itself: it is a number of a few
    /// digits within the window, or has the form of RFC 3339, which ends an id before it too.
    fn fault_of_boundaries(&self) -> Option<&'static str> {
        let ends_an_id = [Part::Id, Part::Time];
        let is_ended = self.unit == TimeUnit::Rfc3339 && self.signed.windows(2).any(|pair| pair == ends_an_id);
        for part in [Part::Id, Part::PathAndQuery] {
            let times = self.signed.iter().filter(|signed| **signed == part).count();
            let is_separated = self.separator_of(part).is_some() || (part == Part::Id && is_ended);
            if times > 1 {
                return Some("signs an id or a path twice");
            }
            if times == 1 && !is_separated {
                return Some("signs an id or a path without a text between it and the body");
            }
        }
        None
    }

    fn has_ambiguous_entries(&self) -> bool {
        match self.time {
            Time::Entry(key) => key.is_empty() || key.starts_with(self.prefix) || self.prefix.starts_with(key),
            _ => false,
        }
    }

    fn uses_a_header_twice(&self) -> bool {
        let time = match &self.time {
            Time::Header(name) => Some(name),
            _ => None,
        };
        let names = [Some(&self.header), self.second.as_ref(), time, self.id.as_ref()];
        let mut rest = &names[..];
        while let Some((first, others)) = rest.split_first() {
            if first.is_some() && others.contains(first) {
                return true;
            }
            rest = others;
        }
        false
    }
}
