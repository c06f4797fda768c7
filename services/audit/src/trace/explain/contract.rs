//! The hotspot contract: drawn up, signed by company and school, concluded.

use crate::trace::node::Node;
use crate::trace::reading::{Reader, Unread, event};
use proto_schemas::agreements::contract::Event;
use proto_schemas::co_financing::contribution_day::Day;
use vocabulary::{BranchCode, ContractId, Organisation};

const SERVICE: &str = "agreements";

/// The contract's history; finds out whether company and school signed one and the same document.
pub(super) async fn explain(
    reader: &mut Reader,
    id: ContractId,
    day: &Day,
    school: Option<&BranchCode>,
) -> Result<Node, Unread> {
    let stream = format!("contract/{id}");
    let history = reader.history(SERVICE, &stream).await?;
    let mut node = Node::new("hotspot contract", "hotspotcontract").called(&stream);
    let (mut document, mut company_signed, mut school_signed) = (None, false, false);
    for recorded in history.iter() {
        let mut of = |english, dutch| Node::of(english, dutch, reader, SERVICE, recorded);
        let told = match event(SERVICE, recorded)? {
            Event::DrawnUp { hotspot, document_hash, terms, .. } => {
                let mut told = of("contract drawn up", "contract opgesteld")
                    .says("from", terms.from)
                    .says("document", &document_hash);
                told.check(
                    hotspot == day.hotspot,
                    "contract-differs",
                    "the contract is for another hotspot",
                    "het contract is voor een andere hotspot",
                );
                document = Some(document_hash);
                told
            }
            Event::Amended { document_hash, edition, .. } => {
                let told = of("contract amended", "contract gewijzigd")
                    .says("edition", edition)
                    .says("document", &document_hash);
                document = Some(document_hash);
                told
            }
            Event::Signed { party, by, document_hash, signed_on } => {
                let name = party.to_string();
                company_signed |= party == Organisation::Company(day.company);
                school_signed |=
                    matches!(&party, Organisation::School(code) if school.is_none_or(|school| school == code));
                let mut told = of("contract signed", "contract ondertekend")
                    .says("party", name)
                    .says("by", by)
                    .says("signedOn", signed_on);
                told.check(
                    document.as_ref() == Some(&document_hash),
                    "document-differs",
                    "another document was signed than the one that was drawn up",
                    "er is een ander document ondertekend dan is opgesteld",
                );
                told
            }
            Event::Concluded { document_hash, .. } => {
                of("contract concluded", "contract gesloten").says("document", document_hash)
            }
            Event::SchoolJoined { school, .. } => of("school joined", "school toegetreden").says("school", school),
        };
        node.rests_on.push(told);
    }
    node.check(
        company_signed && school_signed,
        "contract-not-signed",
        "company and school have not both signed the contract",
        "bedrijf en school hebben het contract niet beide ondertekend",
    );
    Ok(node)
}
