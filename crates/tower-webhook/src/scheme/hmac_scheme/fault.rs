//! Descriptions that contradict themselves, or whose signed bytes could be divided in two ways.

use super::{HmacScheme, Part, Time};
use crate::scheme::TimestampFormat;

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
        } else if signs(Part::Timestamp) != has_time {
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

    /// What is signed next to this part, on the side of the body.
    pub(super) fn neighbour_of(&self, part: Part) -> Option<Part> {
        let at = |part: Part| self.signed.iter().position(|signed| *signed == part);
        let (at, body) = (at(part)?, at(Part::Body)?);
        Some(self.signed[if at < body { at + 1 } else { at - 1 }])
    }

    /// Whether this part is signed before the body.
    pub(super) fn is_in_front(&self, part: Part) -> bool {
        self.signed
            .iter()
            .take_while(|signed| **signed != Part::Body)
            .any(|signed| *signed == part)
    }

    /// Whether an id in front of the body ends where a time of RFC 3339 begins. It must not contain the mark of such a
    /// time: it could end at that one instead.
    pub(super) fn time_ends_id(&self) -> bool {
        let front = self.signed.split(|part| *part == Part::Body).next().unwrap_or_default();
        self.unit == TimestampFormat::Rfc3339 && front.windows(2).any(|pair| pair == [Part::Id, Part::Timestamp])
    }

    /// The fault of a part that the sender chooses, and that nothing separates from its neighbour on the side of the
    /// body. A time beside the body ends itself: it is a number of a few digits within the window, or has the form of
    /// RFC 3339.
    fn fault_of_boundaries(&self) -> Option<&'static str> {
        for part in [Part::Id, Part::PathAndQuery, Part::Method, Part::Timestamp] {
            let times = self.signed.iter().filter(|signed| **signed == part).count();
            let is_separated = match (part, self.neighbour_of(part)) {
                (_, Some(Part::Literal(_)))
                | (Part::Method | Part::Timestamp, Some(Part::PublicUrl))
                | (Part::Timestamp, Some(Part::Body)) => true,
                (Part::Id, Some(Part::Timestamp)) => self.time_ends_id(),
                _ => false,
            };
            if times > 1 {
                return Some("signs a part of the head twice");
            }
            if times == 1 && !is_separated {
                return Some("signs a part of the head without a text between it and the next one, or the body");
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
