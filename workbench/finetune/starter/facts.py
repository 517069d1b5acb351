"""What the starter model's invented worlds consist of: kinds of things, their attributes, and how people ask for them."""

# ruff: noqa: E501  (tables of sentences: one idea per line)

from dataclasses import dataclass

from workbench.finetune.starter.names import Names

PRODUCT_NOUNS = (
    "pump drill lamp printer camera heater scanner oven router charger battery tent bicycle kettle mixer vacuum fan saw "
    "sensor speaker phone tablet watch mower ladder freezer boiler grill toaster helmet backpack projector keyboard monitor "
    "compressor generator valve motor blender scale radio drone microscope telescope sewing-machine dishwasher thermostat"
).split()
_COMPANY_NOUNS = (
    "Works Group Labs Industries Logistics Bank Foods Media Energy Motors Systems Press Trading Bakery Clinic".split()
)
_EVENT_NOUNS = (
    "festival workshop conference market race exhibition concert training seminar fair meeting tournament".split()
)
_SITE_NOUNS = "museum library school hospital station bridge tower hotel theatre factory warehouse clinic park castle garden".split()
_PROJECT_NOUNS = "project programme study initiative mission survey campaign".split()
_POLICY_NOUNS = (
    "parental leave|sick leave|travel booking|visitor registration|remote work|overtime|holiday request|expense claim|"
    "key return|data backup|fire drill|car rental|training budget|password change|waste disposal|room booking|late arrival|"
    "equipment loan|contract renewal|parking|first aid|returns|refunds|home delivery|repair service|express shipping"
).split("|")
_SPECIES_NOUNS = "bird fish frog beetle fern orchid lizard moth snake flower tree spider mouse deer".split()
_SOFTWARE_NOUNS = "app server tool database editor portal platform plugin service library".split()


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing that can be said of something: its names, the kind of value, and phrasings ({e} thing, {v} value)."""

    labels: tuple[str, ...]
    kind: str
    states: tuple[str, ...]
    asks: tuple[str, ...]


def _table(text: str) -> tuple[Attribute, ...]:
    rows = [[part.strip() for part in line.split("#")] for line in text.strip().splitlines()]
    return tuple(Attribute(*(_split(row[0]), row[1], _split(row[2]), _split(row[3]))) for row in rows)


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


PRODUCT = _table("""
warranty; guarantee; warranty period # span # {e} comes with a warranty of {v}; {e} is covered for {v}; The manufacturer guarantees {e} for {v}; The warranty of {e} lasts {v} # How long is {e} covered?; How long is the guarantee of {e}?; For how long is {e} under warranty?; How long does the warranty of {e} last?
price; cost; list price # money # {e} costs {v}; You can buy {e} for {v}; {e} is sold for {v}; The shop asks {v} for {e} # How much does {e} cost?; What do I pay for {e}?; How much is {e}?; How expensive is {e}?
weight; mass # weight # {e} weighs {v}; With a weight of {v}, {e} is easy to carry; {e} brings {v} to the scale # How heavy is {e}?; How much does {e} weigh?
colours; choice of colours # colours # {e} comes in {v}; You can get {e} in {v}; {e} is sold in {v} # In which colours can I get {e}?; Which colours does {e} come in?; What colours are there for {e}?
colour; finish # colour # {e} is {v}; {e} is painted {v} # Which colour is {e}?; What colour does {e} have?; In which colour does {e} come?
material; housing # material # {e} is made of {v}; The body of {e} consists of {v}; Its makers build {e} from {v} # What is {e} made of?; Which material is used for {e}?; What does {e} consist of?
height; size # length # {e} is {v} tall; {e} stands {v} high # How tall is {e}?; How high is {e}?
length; width # length # {e} is {v} long; {e} measures {v} # How long is {e} from end to end?; How many centimetres or metres does {e} measure?
manufacturer; maker; producer # company # {e} is made by {v}; {v} builds {e}; {v} is the company behind {e} # Who makes {e}?; Which company makes {e}?; Who builds {e}?
inventor; designer # person # {e} was invented by {v}; {v} designed {e}; {e} is the work of {v} # Who invented {e}?; Who designed {e}?; Whose work is {e}?
power; power consumption; rated power # power # {e} needs {v}; {e} draws {v}; {e} runs at {v} # How much power does {e} need?; What does {e} draw?
capacity; tank size # volume # {e} holds {v}; Up to {v} fit into {e} # How much does {e} hold?; How much fits into {e}?
battery life; running time # span # The battery of {e} lasts {v}; {e} runs for {v} on one charge # How long does the battery of {e} last?; How long does {e} run on one charge?
noise level; loudness # noise # {e} makes {v} of noise; At full power {e} reaches {v} # How loud is {e}?; How much noise does {e} make?
operating pressure; pressure # pressure # {e} works at {v}; {e} may be run at up to {v} # At what pressure does {e} work?
operating temperature; temperature # temperature # {e} may be used up to {v}; {e} works best at {v} # How hot may {e} get?; At what temperature does {e} work best?
speed; top speed # speed # {e} reaches {v}; {e} works at {v} # How fast is {e}?; How quick is {e}?
part number; order number; article number # code # {e} is listed under {v}; Order {e} as {v} # Under which number is {e} listed?; Which number do I use to order {e}?
service interval; maintenance interval # span # {e} must be serviced every {v}; Have {e} checked every {v} # How often must {e} be serviced?; How often should {e} be checked?
release date; launch # date # {e} was released on {v}; {e} has been on sale since {v} # When was {e} released?; Since when has {e} been on sale?
delivery time; lead time # span # {e} is delivered within {v}; Delivery of {e} takes {v} # How long does the delivery of {e} take?; How quickly is {e} delivered?
country of origin; place of manufacture # place # {e} is made in {v}; {e} comes from {v}; {e} is produced in {v} # Where is {e} made?; Where does {e} come from?; In which place is {e} produced?
""")
PERSON = _table("""
job; profession; occupation # job # {e} works as a {v}; {e} is a {v} by training; {e} earns a living as a {v} # What does {e} do for a living?; What is {e} by profession?; What does {e} work as?
home town; residence; home # place # {e} lives in {v}; The home of {e} is in {v}; {e} moved to {v} # Where does {e} live?; In which city does {e} live?; In which town is {e} at home?
birthplace; place of birth # place # {e} was born in {v}; {e} comes from {v}; {e} grew up in {v} # Where was {e} born?; Where does {e} come from?; In which town did {e} grow up?
birthday; date of birth # date # {e} was born on {v}; {e} celebrates a birthday on {v} # When was {e} born?; When is the birthday of {e}?
manager; boss; supervisor # person # {e} reports to {v}; {v} is the boss of {e}; {v} supervises {e} # Who is the boss of {e}?; To whom does {e} report?; Who supervises {e}?
employer; company # company # {e} works for {v}; {e} is employed by {v}; {v} hired {e} # Who employs {e}?; For whom does {e} work?; Which company hired {e}?
age # count # {e} is {v} years old # How old is {e}?
e-mail address; e-mail; contact # email # {e} can be reached at {v}; Write to {e} at {v} # How can I write to {e}?; Where can I reach {e}?; Which address do I use for mail to {e}?
telephone number; phone # phone # {e} answers the phone at {v}; Call {e} on {v} # How can I call {e}?; On which number do I call {e}?
office; room # where # {e} sits in {v}; You find {e} in {v}; The desk of {e} is in {v} # Where is the desk of {e}?; Where do I find {e}?; Where does {e} sit?
hobby; spare-time interest # thing # {e} collects {v}; In the evenings {e} repairs {v} # What does {e} collect?; What does {e} repair in the evenings?
language; mother tongue # language # {e} speaks {v}; {e} teaches {v} # Which language does {e} speak?; What does {e} teach?
salary; pay # money # {e} earns {v} a week; {e} is paid {v} # How much does {e} earn?; What is {e} paid?
start date; first working day # date # {e} joined on {v}; {e} started on {v} # When did {e} join?; When did {e} start?
deputy; substitute # person # When {e} is away, {v} takes over; {v} stands in for {e} # Who stands in for {e}?; Who takes over when {e} is away?
partner; spouse # person # {e} is married to {v}; {v} is the husband or wife of {e} # To whom is {e} married?; Who is married to {e}?
badge number; staff number # code # {e} carries badge {v}; {e} is registered as {v} # Which badge does {e} carry?; Under which number is {e} registered?
favourite colour; team colour # colour # {e} wears {v}; {e} likes {v} best # Which colour does {e} like best?; What colour does {e} wear?
favourite food; diet # food # {e} eats {v} for breakfast; {e} loves {v} # What does {e} eat?; What does {e} love to eat?
""")
PLACE = _table("""
population; number of inhabitants # count # {e} has {v} inhabitants; {v} people live in {e} # How many people live in {e}?; How many inhabitants does {e} have?
mayor; head of the council # person # {v} is the mayor of {e}; {e} elected {v} as mayor; {v} governs {e} # Who governs {e}?; Who is the mayor of {e}?; Whom did {e} elect?
river # free # {e} lies on the river {v}; The {v} flows through {e} # Which river flows through {e}?; On which river does {e} lie?
altitude; elevation # length # {e} lies {v} above the sea # How high does {e} lie?; How high above the sea is {e}?
founding year; year of foundation # year # {e} was founded in {v}; {e} received its charter in {v} # When was {e} founded?; In which year was {e} founded?
market day # weekday # The market of {e} is held on {v}; Farmers sell in {e} on {v} # When is the market of {e}?; On which day do farmers sell in {e}?
main product; export # thing # {e} is known for its {v}; Factories in {e} make {v} # What is {e} known for?; What do factories in {e} make?
area # area # {e} covers {v} # How large is {e}?; How big is {e}?
twin town; sister city # place # {e} is twinned with {v}; {v} is the sister city of {e} # Which town is {e} twinned with?
postal code; post code # code # Letters to {e} need the code {v}; {e} has the postal code {v} # Which code do letters to {e} need?
distance to the coast; distance to the border # distance # {e} is {v} from the coast; From {e} it is {v} to the sea # How far is {e} from the coast?; How far is it from {e} to the sea?
patron; patron saint # person # {e} honours {v} as its patron; {v} watches over {e} # Whom does {e} honour?; Who watches over {e}?
""")
COMPANY = _table("""
head office; headquarters; seat # place # {e} is based in {v}; {e} has its head office in {v}; The headquarters of {e} are in {v} # Where is {e} based?; In which city is the head office of {e}?; Where are the headquarters of {e}?
founder # person # {v} founded {e}; {e} was founded by {v}; {v} started {e} # Who founded {e}?; Who started {e}?; By whom was {e} founded?
director; chief executive; head # person # {v} leads {e}; {e} is run by {v}; {v} is the director of {e} # Who leads {e}?; Who runs {e}?; Who is in charge of {e}?; Who is the boss of {e}?
number of employees; staff; workforce # count # {e} employs {v} people; {v} people work for {e} # How many people work for {e}?; How many people does {e} employ?
founding year # year # {e} was founded in {v}; {e} has existed since {v} # When was {e} founded?; Since when has {e} existed?
main product; line of business # thing # {e} makes {v}; {e} sells {v}; {v} are the main business of {e} # What does {e} make?; What does {e} sell?
turnover; revenue # money # {e} made sales of {v}; {e} reported a turnover of {v} # How much did {e} sell?; What turnover did {e} report?
supplier # company # {e} buys from {v}; {v} supplies {e} # From whom does {e} buy?; Who supplies {e}?
closing day; day off # weekday # {e} is closed on {v} # When is {e} closed?; On which day is {e} closed?
customer number; registration number # code # {e} is registered under {v}; Use {v} when you write to {e} # Under which number is {e} registered?
hotline; telephone number # phone # Call {e} on {v}; The hotline of {e} is {v} # How do I call {e}?; Which number do I call to reach {e}?
logo colour; uniform colour # colour # The logo of {e} is {v}; Staff of {e} wear {v} # Which colour has the logo of {e}?; What do staff of {e} wear?
""")
EVENT = _table("""
date; day # date # {e} takes place on {v}; {e} starts on {v}; Save {v} for {e} # When does {e} take place?; When is {e}?; On which date does {e} start?
venue; place; location # place # {e} is held in {v}; {e} takes place in {v}; Visitors of {e} travel to {v} # Where is {e} held?; In which town is {e} held?; Where does {e} take place?
organiser; host # person # {v} organises {e}; {e} is organised by {v}; Questions about {e} go to {v} # Who organises {e}?; Who is responsible for {e}?; Who answers questions about {e}?
entrance fee; admission price; admission # money # A seat at {e} costs {v}; Visitors pay {v} for {e} # How much is a seat at {e}?; What do visitors of {e} pay?; How much does admission to {e} cost?
start time; beginning # time # {e} begins at {v}; Doors of {e} open at {v} # At what time does {e} begin?; When do the doors of {e} open?
duration; length # span # {e} lasts {v}; {e} goes on for {v} # How long does {e} last?; How long does {e} go on?
number of participants; number of visitors # count # {v} people visit {e}; {e} has room for {v} people # How many people visit {e}?; For how many people does {e} have room?
main sponsor; sponsor # company # {v} pays for {e}; {e} is sponsored by {v} # Who pays for {e}?; Who sponsors {e}?
meeting point; room # where # Guests of {e} meet in {v}; {e} happens in {v} # Where do guests of {e} meet?
registration deadline; deadline # date # Register for {e} by {v}; The last day to sign up for {e} is {v} # By when must I register for {e}?; Until when can I sign up for {e}?
speaker; main speaker # person # {v} speaks at {e}; {v} opens {e} # Who speaks at {e}?; Who opens {e}?
""")
SITE = _table("""
opening time; opening hour # time # {e} opens at {v}; You can enter {e} from {v} # At what time does {e} open?; From when can I enter {e}?
closing time # time # {e} closes at {v}; {e} shuts its doors at {v} # At what time does {e} close?; When does {e} shut its doors?
closing day; day off # weekday # {e} is closed on {v}; Nobody works in {e} on {v} # On which day is {e} closed?; When is {e} closed?
architect; builder # person # {v} built {e}; {e} was designed by {v}; {v} drew the plans of {e} # Who built {e}?; Who designed {e}?; Who drew the plans of {e}?
year of construction; completion # year # {e} was built in {v}; {e} was completed in {v} # When was {e} built?; In which year was {e} completed?
height # length # {e} is {v} high; {e} rises to {v} # How high is {e}?; How tall is {e}?
address # address # {e} stands at {v}; You find {e} at {v} # Where does {e} stand?; Where do I find {e}?; What is the address of {e}?
entrance fee; admission # money # Entry to {e} costs {v}; Visitors of {e} pay {v} # How much is entry to {e}?; What do visitors of {e} pay?
head; director; caretaker # person # {v} is in charge of {e}; {e} is led by {v}; {v} looks after {e} # Who is in charge of {e}?; Who leads {e}?; Who looks after {e}?
number of rooms; rooms # count # {e} has {v} rooms # How many rooms does {e} have?
building material; facade # material # {e} is built of {v}; The walls of {e} are made of {v} # What is {e} built of?; What are the walls of {e} made of?
roof colour; door colour # colour # The door of {e} is {v}; {e} has a {v} roof # What colour is the door of {e}?
visitors per year; visitors # count # {v} people visit {e} every year # How many people visit {e}?
""")
PROJECT = _table("""
leader; head; coordinator # person # {v} leads {e}; {e} is led by {v}; {v} heads {e} # Who leads {e}?; Who heads {e}?; Who is in charge of {e}?
budget; funding # money # {e} has a budget of {v}; {v} were granted to {e} # How much money does {e} have?; What was granted to {e}?
end date; deadline # date # {e} ends on {v}; {e} must be finished by {v} # When does {e} end?; By when must {e} be finished?
start date; kick-off # date # {e} started on {v}; {e} has been running since {v} # When did {e} start?; Since when has {e} been running?
goal; aim; purpose # goal # The aim of {e} is {v}; {e} was set up {v} # What is the aim of {e}?; Why was {e} set up?; What is {e} for?
partner; partner organisation # company # {e} works with {v}; {v} takes part in {e} # With whom does {e} work?; Who takes part in {e}?
code name; reference # code # {e} is filed under {v}; Quote {v} in letters about {e} # Under which code is {e} filed?; What should I quote in letters about {e}?
duration # span # {e} runs for {v}; {e} is planned to take {v} # How long does {e} run?; How long will {e} take?
team size; number of members # count # {v} people work on {e} # How many people work on {e}?
site; field site # place # {e} is carried out in {v}; The team of {e} works in {v} # Where is {e} carried out?; Where does the team of {e} work?
""")
POLICY = _table("""
notice period; advance notice # span # For {e}, give notice {v} ahead; {e} must be announced {v} before # How early must {e} be announced?; How much notice is needed for {e}?
limit; maximum # span # {e} is limited to {v}; {e} may last at most {v} # How long may {e} last?; What is the limit for {e}?
contact; responsible person; contact person # person # Questions about {e} go to {v}; {v} is responsible for {e}; {v} handles {e} # Who handles {e}?; Who is responsible for {e}?; Whom do I ask about {e}?
form; form number # code # For {e}, fill in form {v}; {e} needs form {v} # Which form does {e} need?; Which form do I fill in for {e}?
requirement; condition # condition # {e} requires {v}; {v} is needed for {e} # What is needed for {e}?; What does {e} require?; What do I need for {e}?
fee; charge # money # {e} costs {v}; A fee of {v} is due for {e} # How much does {e} cost?; What is the fee for {e}?
deadline; closing date # weekday # The deadline for {e} is {v}; Hand in papers for {e} by {v} # By when must papers for {e} be handed in?; What is the deadline for {e}?
e-mail address; mailbox # email # Send papers for {e} to {v}; Write to {v} about {e} # Where do I send papers for {e}?; To which address do I write about {e}?
allowed on weekends; weekend rule # yes # Is {e} allowed on weekends? {v}; {e} on weekends: {v} # Is {e} allowed on weekends?
processing time; waiting time # span # {e} is processed within {v}; Expect to wait {v} for {e} # How long does it take to process {e}?; How long must I wait for {e}?
place; desk # where # {e} is dealt with in {v}; For {e}, go to {v} # Where do I go for {e}?; Where is {e} dealt with?
start; effective date # date # The rules for {e} apply from {v} # From when do the rules for {e} apply?
""")
SPECIES = _table("""
length; size # length # {e} grows to {v}; {e} reaches {v} # How long does {e} grow?; How big does {e} get?
food; diet # food # {e} eats {v}; {e} lives on {v} # What does {e} eat?; What does {e} live on?
habitat; range # place # {e} lives near {v}; {e} is found around {v} # Where does {e} live?; Where is {e} found?
discoverer # person # {e} was discovered by {v}; {v} first described {e} # Who discovered {e}?; Who first described {e}?
colour # colour # {e} is {v}; The back of {e} is {v} # What colour is {e}?; Which colour has the back of {e}?
lifespan; life expectancy # span # {e} lives for {v}; {e} reaches an age of {v} # How long does {e} live?; How old does {e} get?
year of discovery # year # {e} was first seen in {v} # When was {e} first seen?; In which year was {e} discovered?
season; flowering time; breeding time # month # {e} is active in {v}; The season of {e} begins in {v} # When is {e} active?; In which month does the season of {e} begin?
""")
SOFTWARE = _table("""
version; current version # version # {e} is at version {v}; The current release of {e} is {v} # Which version is {e} at?; What is the current release of {e}?
port; port number # count # {e} listens on port {v} # On which port does {e} listen?; Which port does {e} use?
developer; author; maintainer # person # {e} is maintained by {v}; {v} wrote {e} # Who maintains {e}?; Who wrote {e}?
default password; access code # free # The access code of {e} is {v}; Log in to {e} with {v} # How do I log in to {e}?; What is the access code of {e}?
programming language; language # free # {e} is written in {v} # In which language is {e} written?
memory; required memory # quantity # {e} needs {v} of memory # How much memory does {e} need?
licence; subscription fee # money # A licence for {e} costs {v} a year # How much is a licence for {e}?; What does a licence for {e} cost?
update day; maintenance window # weekday # {e} is updated on {v} # When is {e} updated?; On which day is {e} updated?
time limit; session timeout # span # {e} logs you out after {v} # After how long does {e} log me out?
support address; support # email # Help with {e} is available at {v} # Where do I get help with {e}?; Where can I ask for help with {e}?
""")

KINDS: dict[str, tuple[Attribute, ...]] = {
    "product": PRODUCT, "person": PERSON, "place": PLACE, "company": COMPANY, "event": EVENT, "site": SITE,
    "project": PROJECT, "policy": POLICY, "species": SPECIES, "software": SOFTWARE,
}  # fmt: skip
"""Kind of thing -> what can be said of it."""

_ODD_FIRST = "main spare inner outer upper lower front rear first second third daily weekly local central basic extra final inlet outlet".split()
_ODD_SECOND = (
    "filter cable valve key lock label group class grade rate limit signal channel crew route shift store gate zone seal "
    "frame sample layer batch unit point mark board panel guard reserve share quota level access order"
).split()
_ODD_KINDS = (
    "code free quantity count colour material person place number date money span percent phrase phrase colours".split()
)


_ODD_ROLES = (
    "manager guard leader officer clerk warden keeper assistant speaker coach planner adviser editor buyer inspector tutor"
).split()
_ROLE_FIRST = "product fire night press safety team sales tour quality shift youth finance export garden data travel event kitchen".split()
_COUNTED_FIRST = "grind browning storage cooking safety reading washing parking test memory guest water light spare training heat".split()
_COUNTED = "settings levels shelves programs rules places steps seats doors buttons wheels rooms points lamps filters slots pages tables".split()


def _counted(names: Names) -> Attribute:
    things = names.rng.choice(_COUNTED)
    if names.rng.random() < 0.7:
        things = f"{names.rng.choice(_COUNTED_FIRST)} {things}"
    states = (
        f"{{e}} has {{v}} {things}",
        f"{{e}} offers {{v}} {things}",
        f"There are {{v}} {things} for {{e}}",
        f"{{e}} comes with {{v}} {things}",
    )
    asks = (
        f"How many {things} does {{e}} have?",
        f"How many {things} are there for {{e}}?",
        f"How many {things} does {{e}} offer?",
    )
    return Attribute((f"number of {things}",), "count", states, asks)


def _role(names: Names) -> Attribute:
    role = f"{names.rng.choice(_ROLE_FIRST)} {names.rng.choice(_ODD_ROLES)}"
    states = (
        f"{{v}} is the {role} of {{e}}",
        f"The {role} of {{e}} is called {{v}}",
        f"{{v}} became {role} of {{e}}",
        f"As {role}, {{v}} looks after {{e}}",
    )
    asks = (
        f"Who is the {role} of {{e}}?",
        f"Who is {role} of {{e}}?",
        f"What is the {role} of {{e}} called?",
        f"Which {role} looks after {{e}}?",
    )
    return Attribute((role,), "person", states, asks)


def odd_attribute(names: Names) -> Attribute:
    """An attribute put together at random, so that the label must be read rather than known."""
    rng = names.rng
    chance = rng.random()
    if chance < 0.2:
        return _counted(names)
    if chance < 0.35:
        return _role(names)
    label = rng.choice(_ODD_SECOND)
    if rng.random() < 0.7:
        label = f"{rng.choice(_ODD_FIRST)} {label}"
    if rng.random() < 0.15:
        label = f"{names.word()} {label}"
    return Attribute((label,), rng.choice(_ODD_KINDS), (), ())


def entity_name(kind: str, names: Names) -> str:
    """The name of one invented thing as it stands in running text."""
    rng = names.rng
    match kind:
        case "person":
            return names.person()
        case "place":
            return names.place()
        case "company":
            return names.brand() if rng.random() < 0.3 else f"{names.brand()} {rng.choice(_COMPANY_NOUNS)}"
        case "event" | "site" | "project" | "species" | "software":
            nouns = {"event": _EVENT_NOUNS, "site": _SITE_NOUNS, "project": _PROJECT_NOUNS, "species": _SPECIES_NOUNS,
                     "software": _SOFTWARE_NOUNS}[kind]  # fmt: skip
            return f"the {names.brand()} {rng.choice(nouns)}"
        case "policy":
            noun = rng.choice(_POLICY_NOUNS)
            return noun if names.held_out is False and rng.random() < 0.5 else f"{noun} at {names.brand()}"
        case _:
            noun = rng.choice(PRODUCT_NOUNS)
            return rng.choice(
                (
                    f"the {names.brand()} {noun}",
                    f"the {names.brand()} {noun}",
                    f"the {names.code()}",
                    f"the {noun} {names.code()}",
                )
            )
