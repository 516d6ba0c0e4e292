"""Invented Dutch names: common given names and family names, combined by chance; nobody is meant."""

GIVEN_WOMEN = (
    "Anna", "Maria", "Sanne", "Fatima", "Lieke", "Emma", "Julia", "Noor", "Yasmin", "Femke", "Ilse", "Marleen",
    "Esra", "Wilma", "Truus", "Greet", "Naomi", "Samira", "Roos", "Tess", "Ingrid", "Chantal", "Monique", "Lotte",
    "Eva", "Hanna", "Saskia", "Bouchra", "Ewa", "Priya", "Jolanda", "Mieke", "Nienke", "Aisha", "Merel", "Floor",
)  # fmt: skip
GIVEN_MEN = (
    "Jan", "Pieter", "Mohammed", "Daan", "Sem", "Lars", "Thijs", "Kees", "Henk", "Ron", "Bram", "Youssef", "Tim",
    "Ruben", "Willem", "Gerrit", "Sjoerd", "Mehmet", "Finn", "Stijn", "Joost", "Erik", "Marco", "Bas", "Levi",
    "Rachid", "Piotr", "Jeroen", "Dennis", "Koen", "Sander", "Wouter", "Ali", "Niels", "Freek", "Guus",
)  # fmt: skip
#: prefix and name as the BRP keeps them apart
FAMILIES = (
    ("", "Bakker"), ("de", "Vries"), ("van den", "Berg"), ("van", "Dijk"), ("", "Jansen"), ("", "Visser"),
    ("", "Smit"), ("", "Meijer"), ("de", "Boer"), ("", "Mulder"), ("de", "Groot"), ("", "Bos"), ("", "Vos"),
    ("", "Peters"), ("", "Hendriks"), ("van", "Leeuwen"), ("", "Dekker"), ("", "Brouwer"), ("de", "Wit"),
    ("", "Dijkstra"), ("", "Smits"), ("de", "Graaf"), ("van der", "Meer"), ("", "Kok"), ("", "Jacobs"),
    ("", "Yilmaz"), ("", "El Amrani"), ("", "Kowalski"), ("", "Ramdin"), ("", "Nguyen"), ("", "Koster"),
    ("", "Prins"), ("", "Blom"), ("van", "Vliet"), ("", "Huisman"), ("", "Postma"), ("", "Hoekstra"),
    ("ter", "Haar"), ("", "Verbeek"), ("", "Schouten"), ("", "Willems"), ("", "Kuipers"), ("", "Veenstra"),
    ("van 't", "Hof"), ("", "Zijlstra"), ("", "Groen"), ("", "Benali"), ("", "Demir"), ("", "Oosterhuis"),
)  # fmt: skip
STREETS = (
    "Dorpsstraat", "Molenweg", "Kerklaan", "Sluiskade", "Wilgenlaan", "Rietveld", "Lindenhof", "Veerdam",
    "Ooievaarstraat", "Meerpad", "Vaartweg", "Havenstraat", "Kwakelpad", "Zwanenlaan", "Polderweg", "Brugstraat",
)  # fmt: skip
