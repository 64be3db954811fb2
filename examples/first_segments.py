"""From a simulated company's exports to segments with their value, in Python."""

import segmentry as sg

found = sg.demo("company", customers=600)
print(f"as of {found.document['as_of']}, {found.document['customers']['buyers']:,} buyers")

with sg.open("company") as workspace:
    for segment in workspace.segments("lifecycle").as_dict()["segments"]:
        value = segment["value"]
        told = f"{value['estimate']:,.0f} [{value['low']:,.0f} to {value['high']:,.0f}]" if "estimate" in value else value
        print(f"{segment['name']:<12} {segment['customers']:>5,} customers, value {told}")
    print(workspace.table("trait_catalog").table("pandas")[["trait", "basis", "unit"]].head())
