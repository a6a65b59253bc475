//! The search: single changes first, then pairs of the usual ones, within a bound.

use std::rc::Rc;
use std::time::Instant;

use tower_webhook::{Rejection, RejectionKind};

use super::accident::{ACCIDENTS, Accident, Part};
use super::budget::Budget;
use super::case::Case;
use super::trial::{Change, Trial};

/// How many changed requests are verified at most, whatever their size.
const MAX_TRIALS: usize = 6000;
/// How many bytes are made and hashed at most: about a second's work where the processor has no instructions for SHA.
const MAX_WORK: u64 = 256 * 1024 * 1024;
/// How often a large body is made or hashed at least: enough for the most usual accidents.
const LEAST_TIMES: u64 = 36;
/// How many changes of one accident are tried together with others.
const MAX_OUTER: usize = 64;

/// What was found.
pub(super) enum Finding {
    /// The signature is right as it is, by the secret in this place.
    Right { signed_by: String },
    /// It is right after these changes, one or two.
    Explained { changes: Vec<Found>, case: Case },
    /// Nothing fits: it is refused as it is.
    Nothing(Rejection),
}

/// An accident that happened, and what makes up for it.
pub(super) struct Found {
    pub(super) accident: &'static Accident,
    pub(super) change: Change,
}

/// The trials so far, and what they may cost.
pub(super) struct Search {
    max_trials: usize,
    pub(super) budget: Rc<Budget>,
    pub(super) tried: usize,
    /// The accidents that could be tried on this request.
    pub(super) names: Vec<&'static str>,
    /// The accidents for which the budget was not enough, or was not enough for all of their changes.
    pub(super) left_out: Vec<&'static str>,
    pub(super) pairs_left_out: bool,
}

impl Search {
    /// A search for the accident of a body of this length.
    pub(super) fn new(length: usize) -> Self {
        Self::within(MAX_TRIALS, Budget::new(max_work(length)))
    }

    /// The search, which ends at this moment if not before.
    pub(super) fn until(self, deadline: Instant) -> Self {
        Self {
            budget: Rc::new(Rc::unwrap_or_clone(self.budget).until(deadline)),
            ..self
        }
    }

    pub(super) fn within(max_trials: usize, budget: Budget) -> Self {
        Self {
            max_trials,
            budget: Rc::new(budget),
            tried: 0,
            names: Vec::new(),
            left_out: Vec::new(),
            pairs_left_out: false,
        }
    }

    /// Whether everything was tried.
    pub(super) fn is_complete(&self) -> bool {
        self.left_out.is_empty() && !self.pairs_left_out
    }

    pub(super) fn run(&mut self, case: &Case) -> Finding {
        let case = &case.within(&self.budget);
        let verdict = self.try_case(case, case);
        // The request as it is is no changed one.
        self.tried = 0;
        let rejection = match verdict {
            Ok(signed_by) => return Finding::Right { signed_by },
            Err(rejection) => rejection,
        };
        self.singles(case)
            .or_else(|| self.pairs(case))
            .unwrap_or(Finding::Nothing(rejection))
    }

    /// One change alone.
    pub(super) fn singles(&mut self, case: &Case) -> Option<Finding> {
        for accident in ACCIDENTS.iter().filter(|accident| is_possible(accident.part, case)) {
            match self.accident(accident, case) {
                Tried::Right(trial) => return Some(explained([(accident, trial)])),
                Tried::TooMuch => self.left_out.push(accident.name),
                Tried::All => {}
            }
        }
        None
    }

    /// Two changes of different parts. The outer one is that of which there are fewer, or which costs more to make.
    fn pairs(&mut self, case: &Case) -> Option<Finding> {
        let outer = [Part::Head, Part::Scheme, Part::Wrapping, Part::Ends, Part::Body];
        for outer in outer.into_iter().filter(|outer| is_possible(*outer, case)) {
            for accident in usual(outer) {
                if !self.begin(accident, case) {
                    self.pairs_left_out = true;
                    return None;
                }
                for first in (accident.trials)(case).take(MAX_OUTER) {
                    if !self.budget.take(made(&first.case, case)) {
                        self.pairs_left_out = true;
                        return None;
                    }
                    let found = self.inside(accident, &first, inner_parts(outer));
                    if found.is_some() || self.pairs_left_out {
                        return found;
                    }
                }
            }
        }
        None
    }

    fn inside(&mut self, accident: &'static Accident, first: &Trial, parts: &[Part]) -> Option<Finding> {
        let parts = parts.iter().filter(|part| is_possible(**part, &first.case));
        let others = parts.flat_map(|part| usual(*part));
        for inner in others.filter(|inner| inner.name != accident.name) {
            match self.accident(inner, &first.case) {
                Tried::Right(second) => {
                    let first = Trial::new(first.change.clone(), first.case.clone());
                    return Some(explained([(accident, first), (inner, second)]));
                }
                Tried::TooMuch => {
                    self.pairs_left_out = true;
                    return None;
                }
                Tried::All => {}
            }
        }
        None
    }

    /// Tries the changes of one accident in turn.
    fn accident(&mut self, accident: &'static Accident, case: &Case) -> Tried {
        if !self.begin(accident, case) {
            return Tried::TooMuch;
        }
        for trial in (accident.trials)(case) {
            if self.tried >= self.max_trials || !self.budget.affords(work(&trial.case, case)) {
                return Tried::TooMuch;
            }
            let before = self.tried;
            if self.try_case(&trial.case, case).is_ok() {
                return Tried::Right(trial);
            }
            if self.tried > before && !self.names.contains(&accident.name) {
                self.names.push(accident.name);
            }
        }
        // An accident ends early when it cannot afford to make its next change.
        if self.budget.is_spent() {
            Tried::TooMuch
        } else {
            Tried::All
        }
    }

    /// Takes the work of reading the body, which an accident does before it changes it.
    fn begin(&mut self, accident: &Accident, case: &Case) -> bool {
        let reads = matches!(accident.part, Part::Wrapping | Part::Body);
        let work = if reads { case.body.len() as u64 } else { 0 };
        self.budget.affords(work) && self.budget.take(work)
    }

    /// Lets the library decide, with the limits of size and time lifted. Counts what was hashed.
    fn try_case(&mut self, case: &Case, base: &Case) -> Result<String, Rejection> {
        let verdict = case.verify();
        let work = match &verdict {
            Err(rejection) if rejection.kind() != RejectionKind::SignatureMismatch => made(case, base),
            _ => {
                self.tried += 1;
                work(case, base)
            }
        };
        self.budget.take(work);
        verdict
    }
}

/// How far an accident was tried.
enum Tried {
    Right(Trial),
    All,
    TooMuch,
}

fn max_work(length: usize) -> u64 {
    MAX_WORK.max(length as u64 * LEAST_TIMES)
}

/// The bytes that a trial makes and hashes.
fn work(case: &Case, base: &Case) -> u64 {
    made(case, base) + case.body.len() as u64 * case.usable_secrets() as u64
}

/// The bytes that were made for a trial: those of its body, unless that is the one of the base, or a part of it.
fn made(case: &Case, base: &Case) -> u64 {
    let (held, base) = (case.body.as_ptr_range(), base.body.as_ptr_range());
    if base.start <= held.start && held.end <= base.end {
        0
    } else {
        case.body.len() as u64
    }
}

/// Whether a change of this part can make it right. Where the head cannot be read, body and secret do not matter, and a
/// token says nothing of the body.
fn is_possible(part: Part, case: &Case) -> bool {
    match part {
        Part::Head | Part::Scheme | Part::Right => true,
        Part::Secret => case.judge().is_ok(),
        Part::Ends | Part::Body | Part::Wrapping => case.signs_body() && case.judge().is_ok(),
    }
}

fn usual(part: Part) -> impl Iterator<Item = &'static Accident> {
    ACCIDENTS
        .iter()
        .filter(move |accident| accident.part == part && accident.is_usual)
}

fn inner_parts(outer: Part) -> &'static [Part] {
    match outer {
        Part::Head | Part::Scheme => &[Part::Secret, Part::Ends, Part::Body, Part::Wrapping],
        Part::Wrapping => &[Part::Wrapping, Part::Ends, Part::Body, Part::Secret],
        _ => &[Part::Secret, Part::Ends],
    }
}

fn explained<const N: usize>(found: [(&'static Accident, Trial); N]) -> Finding {
    let mut case = None;
    let changes = found.into_iter().map(|(accident, trial)| {
        case = Some(trial.case);
        Found {
            accident,
            change: trial.change,
        }
    });
    let changes = changes.collect();
    Finding::Explained {
        changes,
        case: case.expect("there is at least one change"),
    }
}
