"""From a simulated company's exports to segments with their value, in Python."""

import segmentry as sg

found = sg.demo("company", customers=600, parts=("persons",))
print(f"as of {found.document['as_of']}, {found.document['customers']['buyers']:,} buyers")

with sg.open("company") as workspace:
    for segment in workspace.segments("lifecycle").as_dict()["segments"]:
        value = segment["value"]
        told = "{estimate:,.0f} [{low:,.0f} to {high:,.0f}]" if "estimate" in value else "{not_estimable}"
        print(f"{segment['name']:<12} {segment['customers']:>5,} customers, value {told.format(**value)}")
    print(workspace.table("trait_catalog").table("pandas")[["trait", "basis", "unit"]].head())
