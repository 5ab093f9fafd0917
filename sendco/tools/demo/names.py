"""Invented names: common forenames and surnames of many families in England, put together at random."""

# (weight, boys, girls, mothers, fathers, surnames, language at home)
FAMILIES = (
    (
        58,
        "Alfie Archie Arthur Benjamin Callum Charlie Dexter Dylan Edward Ellis Ethan Finley Freddie George "
        "Harrison Harvey Hugo Jack Jacob Jake Jenson Joseph Joshua Jude Kai Leo Lewis Logan Louie Max Mason "
        "Nathan Noah Oliver Oscar Ralph Reggie Riley Rory Rowan Sam Stanley Teddy Theo Toby Tyler William "
        "Zachary",
        "Abigail Alice Amelia Ava Beth Bonnie Chloe Daisy Darcie Eliza Ella Ellie Emily Erin Esme Eva Evie "
        "Florence Freya Grace Gracie Hallie Harper Heidi Holly Imogen Iris Isla Ivy Jessica Lexi Lily Lola "
        "Lottie Lucy Maisie Martha Matilda Maya Megan Millie Molly Nancy Olive Orla Phoebe Poppy Rosie Ruby "
        "Scarlett Skye Summer Thea Willow",
        "Amy Becky Carly Charlotte Claire Danielle Emma Gemma Hannah Hayley Jade Jenny Kate Kelly Kirsty "
        "Laura Leanne Lisa Lucy Natalie Nicola Rachel Sarah Shelley Sophie Stacey Stephanie Tracy Vicky Zoe",
        "Adam Andy Ben Chris Craig Dan Darren Dave Gareth Ian James Jamie Jon Kev Lee Luke Mark Martin Matt "
        "Michael Nick Paul Phil Rob Ryan Scott Shaun Simon Steve Tom",
        "Ackroyd Alderton Ashby Atherley Bagshaw Barlow Beckwith Bellingham Birtles Blakey Brackley Bramwell "
        "Briggs Burrows Calder Carver Catterall Chadwick Cobb Copley Crossley Dack Dalby Denby Dunstan "
        "Eastwood Elsworth Fairley Fenwick Fletcher Garside Gibb Goddard Halliwell Hargreave Haworth Hebden "
        "Hollis Horsfall Huxley Ibbotson Kettle Kershaw Langley Larkin Leadbeater Lister Lomax Maddox Marsden "
        "Mellor Midgley Mossop Nuttall Ogden Oldroyd Pickles Pilling Pomfret Quarmby Ramsden Redfern Rigby "
        "Rushworth Sallis Shackleton Sharples Skelton Sowerby Sugden Sutcliffe Tattersall Thackray Thewlis "
        "Tranter Uttley Varley Wadsworth Whitwam Wilkin Winterbottom Woodhead Yardley",
        "",
    ),
    (
        10,
        "Aariz Adam Ayaan Bilal Eesa Hamza Haris Ibrahim Ismail Mikail Musa Rayan Sufyan Umar Yahya Yusuf Zain",
        "Aisha Aleena Amina Anaya Fatima Hafsa Inaya Khadija Laiba Maryam Noor Safa Sana Sumaya Zahra Zara",
        "Ayesha Bushra Farah Humaira Nadia Nasreen Razia Saima Shazia Yasmin",
        "Asif Faisal Imran Kamran Naveed Rashid Shahid Tariq Usman Waqas",
        "Akhtar Aslam Bashir Chaudhry Dar Hanif Iqbal Javed Latif Malik Mirza Qureshi Rafiq Sadiq Shafiq Siddiq Zaman",
        "Urdu",
    ),
    (
        5,
        "Adil Fahim Jamil Nayeem Rafi Sadman Tahmid Zubair",
        "Afsana Farzana Jannat Maisha Nusrat Sadia Tasnim Zerin",
        "Lutfa Monira Parvin Rehana Salma Shirin",
        "Abdul Habib Jahangir Motin Rafique Shafi",
        "Alom Choudhury Haque Islam Karim Miah Rahman Sarker Uddin",
        "Bengali",
    ),
    (
        5,
        "Arjan Dev Ishaan Jeevan Karan Nikhil Rohan Veer",
        "Anika Diya Ishani Jasleen Kavya Meera Priya Simran",
        "Anita Baljit Deepa Harpreet Manjit Sunita",
        "Anil Gurpreet Jaspal Manoj Rajesh Sanjay",
        "Bains Chana Desai Dhillon Gill Joshi Mistry Parmar Sahota Sandhu Sharma Solanki",
        "Punjabi",
    ),
    (
        6,
        "Adrian Aleksander Dominik Filip Igor Jakub Kacper Mateusz Oskar Szymon",
        "Aleksandra Amelia Gabriela Hanna Julia Lena Maja Nadia Oliwia Zofia",
        "Agnieszka Anna Beata Dorota Ewa Iwona Katarzyna Magda",
        "Andrzej Grzegorz Marek Pawel Piotr Robert Tomasz Wojciech",
        "Adamczyk Dudek Jankowska Kaczmarek Kubiak Lis Mazur Nowicki Pawlak Sikora Wrona Zając",
        "Polish",
    ),
    (
        5,
        "Ayomide Chidi Emeka Femi Kwame Kofi Olamide Tobi",
        "Abena Adaeze Chiamaka Efua Folake Ifeoma Temi Yewande",
        "Abimbola Akosua Bola Esther Grace Ngozi",
        "Ade Emmanuel Kojo Obi Samuel Tunde",
        "Adeleke Afolabi Agyeman Asante Balogun Boateng Eze Nwosu Ojo Okafor Owusu Quaye",
        "Yoruba",
    ),
    (
        4,
        "Abdi Ilyas Khalid Liban Mahad Sakariye",
        "Amal Hodan Ifrah Hamdi Sagal Ubah",
        "Asha Faduma Halima Hibo Sahra",
        "Abshir Bashe Hassan Jama Nur",
        "Abdullahi Ahmed-Nur Barre Farah Guled Hersi Warsame Yusuf-Ali",
        "Somali",
    ),
    (
        3,
        "Andrei Cristian Ionut Luca Matei Stefan",
        "Alexia Bianca Daria Ioana Larisa Sorina",
        "Adriana Elena Mihaela Simona",
        "Bogdan Florin Marius Vasile",
        "Barbu Ciobanu Dobre Ionescu Lupu Munteanu Petrescu Stoica",
        "Romanian",
    ),
    (
        4,
        "Cameron Jaden Kyrell Malachi Micah Tyrese",
        "Aaliyah Amara Kiera Naomi Shanice Tiana",
        "Angela Donna Marcia Simone",
        "Carlton Errol Leroy Marlon",
        "Bartley Campbell-Reid Dacosta Facey Gayle Lindo Mattis Pinnock Thorpe-Levy",
        "",
    ),
)
STREETS = (
    "Anchor Row",
    "Bobbin Street",
    "Cooper's Yard",
    "Dovecote Close",
    "Ferryman Road",
    "Gannet Way",
    "Heron Court",
    "Kelp Lane",
    "Lantern Street",
    "Mill Race",
    "Netmakers Walk",
    "Orchard Bank",
    "Plover Avenue",
    "Ropewalk",
    "Sandpiper Drive",
    "Tern Street",
    "Weavers Fold",
)


class Family:
    """One family's pool of names."""

    def __init__(self, row):
        self.weight, boys, girls, mothers, fathers, surnames, self.language = row
        self.forenames = {"M": boys.split(), "F": girls.split()}
        self.parents = {"M": fathers.split(), "F": mothers.split()}
        self.surnames = surnames.split()


POOLS = [Family(row) for row in FAMILIES]
ENGLISH, OTHER_LANGUAGE = POOLS[0], [pool for pool in POOLS if pool.language]


class NameGiver:
    """Give each child of one school a name that no other child there has."""

    def __init__(self, rng):
        self.rng, self.given = rng, set()

    def family(self, *, other_language):
        choices = OTHER_LANGUAGE if other_language else POOLS
        return self.rng.choices(choices, weights=[pool.weight for pool in choices])[0]

    def child(self, pool, sex):
        while True:
            name = self.rng.choice(pool.forenames[sex]), self.rng.choice(pool.surnames)
            if name not in self.given:
                self.given.add(name)
                return name
