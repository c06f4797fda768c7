//! Every aggregate's events: the one list that contracts, readers and timelines follow from.

use crate::category::Category;
use crate::contract::Contract;
use crate::{agreements, assessments, audit, co_financing, consortium, hotspots, restore};

/// The categories of every service.
pub fn categories() -> impl Iterator<Item = &'static Category> {
    let of_services = [
        consortium::CATEGORIES,
        hotspots::CATEGORIES,
        agreements::CATEGORIES,
        assessments::CATEGORIES,
        co_financing::CATEGORIES,
        audit::CATEGORIES,
        restore::CATEGORIES,
    ];
    of_services.into_iter().flatten()
}

/// Every version of every event, sorted by type.
#[must_use]
pub fn contracts() -> Vec<Contract> {
    let mut all: Vec<Contract> = categories().flat_map(Category::contracts).collect();
    all.sort_by(|a, b| a.event_type.cmp(&b.event_type));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn example(event_type: &str) -> Value {
        let path = format!("{}/examples/{event_type}.example.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn every_event_has_an_example_that_fits_its_schema_and_is_written_back_the_same() {
        for category in categories() {
            for contract in category.contracts() {
                let (name, whole) = (&contract.event_type, example(&contract.event_type));
                let validator = jsonschema::validator_for(&contract.schema).unwrap();
                let errors: Vec<String> = validator.iter_errors(&whole).map(|error| error.to_string()).collect();
                assert_eq!(errors, Vec::<String>::new(), "{name}");
                assert_eq!(category.read_again(&whole).unwrap(), whole["data"], "{name}");
            }
        }
    }

    #[test]
    fn every_member_has_its_key_in_an_event_of_its_category() {
        for category in categories() {
            let types: Vec<String> = category.contracts().into_iter().map(|contract| contract.event_type).collect();
            for member in category.members {
                let full = types.iter().find(|it| it.rsplit('.').nth(1) == Some(member.event));
                let full = full.unwrap_or_else(|| panic!("{} has no {}", category.name, member.event));
                assert!(example(full)["data"].pointer(member.key).is_some(), "{full} has no {}", member.key);
            }
        }
    }

    #[test]
    fn no_two_aggregates_of_a_service_have_one_category() {
        let mut names: Vec<_> = categories().map(|category| (category.service, category.name)).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
