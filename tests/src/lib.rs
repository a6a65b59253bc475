//! The contract is in `it`; here the README's example is compiled. No crate that is published could do so: the README
//! of the repository is not where a package has its own.

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
