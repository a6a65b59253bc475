//! Every scheme that the core lists has rows.

use std::any::type_name;
use std::collections::BTreeSet;

use tower_webhook::scheme::SigningScheme;

use super::essentials;
use super::inside;
use super::kind::Kind;
use super::provider::UseScheme;
use crate::support::listed_schemes;

/// The name of the type of a scheme.
struct TypeName;

impl UseScheme for TypeName {
    type Out = &'static str;

    fn with<S: SigningScheme<Secret: Kind>>(self, _scheme: S) -> &'static str {
        let path = type_name::<S>();
        path.rsplit("::").next().expect("a path has an end")
    }
}

#[test]
fn every_scheme_of_the_core_has_rows_at_every_entrance() {
    let cases = super::cases()
        .chain(super::others().flat_map(essentials::cases))
        .chain(inside::cases());
    let with_rows: BTreeSet<_> = cases.map(|case| case.of.scheme(TypeName)).collect();
    let listed = listed_schemes();
    let without: Vec<_> = listed
        .iter()
        .filter(|name| !with_rows.contains(name.as_str()))
        .collect();
    assert!(without.is_empty(), "without rows in the contract: {without:?}");
}
