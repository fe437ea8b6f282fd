//! The judged causes of one failure, in the order in which they are told.
//!
//! **What it promises.** What is ruled out is never named: there is no way to the list but by [`Causes::open`],
//! [`Causes::ruled_out`] and [`Causes::named`], and the first and the last leave out what is ruled out. That holds for
//! lists that an earlier version kept, too.

use serde::{Deserialize, Serialize};

use super::{Judged, Standing};

/// Every possible cause of a failure with its judgement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Judged>")]
pub struct Causes(Vec<Judged>);

impl From<Vec<Judged>> for Causes {
    /// The confirmed ones first, then as likely, the ruled out ones last; alike ones stay in their order.
    fn from(mut judged: Vec<Judged>) -> Self {
        judged.sort_by(|a, b| a.standing.cmp(&b.standing).then(b.weight.cmp(&a.weight)));
        Self(judged)
    }
}

impl Causes {
    /// The cause that is named: the first one that is not ruled out. `None`: no known cause fits.
    #[must_use]
    pub fn named(&self) -> Option<&Judged> {
        self.open().next()
    }

    /// Those that may hold, the surest first.
    pub fn open(&self) -> impl Iterator<Item = &Judged> {
        self.0.iter().filter(|judged| judged.standing != Standing::RuledOut)
    }

    /// Those that are proven.
    pub fn confirmed(&self) -> impl Iterator<Item = &Judged> {
        self.0.iter().filter(|judged| judged.standing == Standing::Confirmed)
    }

    /// Those that do not hold.
    pub fn ruled_out(&self) -> impl Iterator<Item = &Judged> {
        self.0.iter().filter(|judged| judged.standing == Standing::RuledOut)
    }

    /// What is said of a cause; `None`: it is none of this failure's.
    #[must_use]
    pub fn standing(&self, cause: &str) -> Option<Standing> {
        self.0.iter().find(|judged| judged.cause == cause).map(|judged| judged.standing)
    }
}
