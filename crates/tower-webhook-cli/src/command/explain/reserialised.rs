//! JSON that was parsed and written again by another program than the sender's.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::case::Case;
use super::json::{Json, Numbers, Order, Spacing, Style};
use super::trial::{Trials, at_receiver, bodies, none};

/// How many numbers are rewritten each alone.
const MAX_NUMBERS: usize = 8;
const POWERS: [Numbers; 4] = [
    Numbers::Power("e"),
    Numbers::Power("E"),
    Numbers::Power("e+"),
    Numbers::Power("E+"),
];

/// The same texts with other white space.
pub(super) fn compact(case: &Case) -> Trials<'_> {
    respaced(case, &[Spacing::Compact])
}

pub(super) fn spaced(case: &Case) -> Trials<'_> {
    respaced(case, &[Spacing::Spaced])
}

pub(super) fn indented(case: &Case) -> Trials<'_> {
    respaced(case, &Spacing::ALL[2..])
}

fn respaced<'a>(case: &'a Case, spacings: &'static [Spacing]) -> Trials<'a> {
    let style = |spacing: &Spacing, final_newline| Style {
        spacing: *spacing,
        final_newline,
        ..Style::COMPACT
    };
    let styles = spacings
        .iter()
        .flat_map(move |spacing| [style(spacing, false), style(spacing, true)]);
    written(case, move |_, _| Box::new(styles))
}

/// The same white space, and the keys in an order that programs make.
pub(super) fn sorted_keys(case: &Case) -> Trials<'_> {
    let orders = [Order::Alphabetical, Order::ByLength];
    written(case, move |held, _| {
        Box::new(orders.into_iter().map(move |order| Style { order, ..held }))
    })
}

/// The same white space, and the strings escaped in the manner of another program.
pub(super) fn escapes(case: &Case) -> Trials<'_> {
    written(case, |held, json| {
        let manners = json.effective_escapes(&case.budget).iter();
        Box::new(manners.map(move |escapes| Style {
            escapes: Some(*escapes),
            ..held
        }))
    })
}

/// The same white space, and numbers written in another way: all of them, or one.
pub(super) fn numbers(case: &Case) -> Trials<'_> {
    written(case, |held, json| {
        let of_programs = [Numbers::JavaScript, Numbers::Python, Numbers::Point, Numbers::Cents];
        let manners = of_programs.into_iter().chain(POWERS);
        let alone = manners.clone();
        let first = json.first_numbers(MAX_NUMBERS).into_iter().enumerate();
        let one = first.flat_map(move |(only, text)| {
            let effective = alone
                .clone()
                .filter(|manner| manner.rewrite(text).is_some_and(|other| other != text));
            effective.map(move |numbers| (numbers, Some(only))).collect::<Vec<_>>()
        });
        let both = manners.map(|numbers| (numbers, None)).chain(one);
        Box::new(both.map(move |(numbers, only)| Style { numbers, only, ..held }))
    })
}

/// Several of these at once, as one program does.
pub(super) fn by_another_program(case: &Case) -> Trials<'_> {
    written(case, |held, json| {
        let escapes = json.effective_escapes(&case.budget).iter().copied().map(Some);
        let escapes = [None].into_iter().chain(escapes);
        let numbers = json.effective_numbers(&case.budget);
        let orders = if json.is_unsorted() {
            vec![Order::Kept, Order::Alphabetical, Order::ByLength]
        } else {
            vec![Order::Kept, Order::ByLength]
        };
        let mut styles = Vec::new();
        for (escapes, order) in escapes.flat_map(|escapes| orders.iter().map(move |order| (escapes, *order))) {
            for (numbers, spacing) in numbers
                .iter()
                .flat_map(|numbers| Spacing::ALL.iter().map(move |spacing| (*numbers, *spacing)))
            {
                styles.extend([false, true].map(|final_newline| Style {
                    spacing,
                    order,
                    escapes,
                    numbers,
                    only: None,
                    final_newline,
                }));
            }
        }
        // One change alone is an accident of its own.
        Box::new(styles.into_iter().filter(move |style| changes(style, &held) > 1))
    })
}

fn changes(style: &Style, held: &Style) -> usize {
    usize::from((style.spacing, style.final_newline) != (held.spacing, held.final_newline))
        + usize::from(style.order != Order::Kept)
        + usize::from(style.escapes.is_some())
        + usize::from(style.numbers != Numbers::Kept)
}

/// A trial for each style that writes a body of its own. The styles may depend on that of the held body.
fn written<'a>(
    case: &'a Case,
    styles: impl FnOnce(Style, &'a Json) -> Box<dyn Iterator<Item = Style> + 'a>,
) -> Trials<'a> {
    let Some(json) = case.json().filter(|json| json.is_compound()) else {
        return none();
    };
    let styles = styles(json.held_style(&case.budget), json);
    let mut seen = HashSet::from([fingerprint(&case.body)]);
    // An indented body is a few times longer, but not a hundred times.
    let limit = case.body.len() * 8 + 1024;
    let affordable = styles.take_while(|_| !case.budget.is_spent());
    let changed = affordable.filter_map(move |style| {
        let body = style.write(json, limit, &case.budget)?;
        seen.insert(fingerprint(&body))
            .then(|| (at_receiver(describe(&style)), body.into()))
    });
    bodies(case, changed)
}

fn fingerprint(body: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}

fn describe(style: &Style) -> String {
    let mut parts = vec![style.spacing.name()];
    if style.order != Order::Kept {
        parts.push(style.order.name());
    }
    parts.extend(style.escapes.map(|escapes| escapes.name));
    parts.extend(style.numbers.name());
    if style.final_newline {
        parts.push("with a line break at the end");
    }
    format!("write the JSON {}", parts.join(", "))
}
