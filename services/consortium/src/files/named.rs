//! Which schools a file may be about, before it is read: only those are looked up.

use std::collections::BTreeSet;
use vocabulary::BranchCode;

/// More schools than any file of pupils is about; a file that names more is told that it does not know the rest.
const MAX_SCHOOLS: usize = 2_000;

/// Every word of a file that has the form of a branch code, whatever it means there.
#[must_use]
pub fn branches_named(bytes: &[u8]) -> BTreeSet<BranchCode> {
    let mut named = BTreeSet::new();
    for word in bytes.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| word.len() == 6) {
        if let Some(branch) = std::str::from_utf8(word).ok().and_then(|word| word.parse().ok()) {
            named.insert(branch);
        }
        if named.len() == MAX_SCHOOLS {
            break;
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branch_codes_are_found_wherever_they_stand_in_a_file() {
        let file = "nummer;vestiging\r\n1;00YH05\r\n2;\"01GH01\"\n3; 24TP02 \n4;0ALB00;102LB00x;02lb00\n";
        let named: Vec<String> = branches_named(file.as_bytes()).into_iter().map(String::from).collect();
        assert_eq!(named, ["00YH05", "01GH01", "24TP02"]);
        assert!(branches_named(b"").is_empty() && branches_named(b"\xe900YH05\xe9").len() == 1);
    }

    #[test]
    fn of_a_file_full_of_codes_only_so_many_are_looked_up() {
        let code =
            |number: usize| format!("{:02}AA{:02};", number / 100 % 100, number % 100).replace("AA", letters(number));
        let file: String = (0..30_000).map(code).collect();
        assert_eq!(branches_named(file.as_bytes()).len(), MAX_SCHOOLS);
    }

    fn letters(number: usize) -> &'static str {
        ["AA", "BB", "CC"][number / 10_000]
    }
}
