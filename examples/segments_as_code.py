"""From a question to a segment that is counted, explained and proved, in Python."""

from pathlib import Path

import segmentry as sg

sg.demo("company", customers=600, parts=("persons",))

with sg.open("company") as workspace:
    definitions = workspace.definitions
    print(definitions.count("no order in last 90 days and spend > 200").as_dict()["in_words"])

    definitions.add_pack("lapsing")
    path = Path("company", "segments", "vip.yaml")
    path.write_text("name: VIP\nwhere: spend in last 365 days is in top 10%\n", encoding="utf8")
    for action in definitions.apply().as_dict()["actions"]:
        print(f"{action['action']:<8} {action['id']:<22} {action['members_after']:>4} members")

    member = definitions.members("vip").as_dict()["customers"][0]["customer_id"]
    told = definitions.explain("vip", member).as_dict()
    print(f"{member} is in VIP: {told['tree']['in_words']}: {told['tree']['value']:,.2f}")
    print("proved" if definitions.prove().as_dict()["proved"] else "not proved")
