"""What the help window says: a heading and a few sentences for each thing on screen."""

TRAINING = (
    (
        "Begin",
        "Choose pictures on the left of the Train workspace (the built-in cartoon faces need no "
        "download), then press Start. Faces form within minutes. Stop saves everything; Resume goes on "
        "exactly where it ended.",
    ),
    (
        "What is going on",
        "Two networks play against each other. The generator turns random numbers into pictures. The "
        "discriminator looks at real and generated pictures and says how likely each is to be real. Each "
        "step makes both a little better.",
    ),
    (
        "Losses",
        "How wrong each network was. Neither is meant to reach zero: while both stay within a band, "
        "learning goes on. A discriminator near 0 with a generator that climbs and climbs means that the "
        "discriminator has won; the faces then stop improving.",
    ),
    (
        "Discriminator's belief",
        "Real is D(x), the mean probability of being real given to real pictures. Fake is D(G(z)), the "
        "same for generated ones; After is D(G(z)) once more, after the discriminator's update in that "
        "step. 1 is sure of real, 0 is sure of fake, .5 cannot tell.",
    ),
    (
        "Faces",
        "The same random numbers are drawn again and again, so each face can be followed as it forms. The "
        "time slider goes back to every saved grid; the play button runs through all of them.",
    ),
    (
        "The light",
        "A watchdog reads the numbers and says in words how the run is doing. Click it for the evidence and "
        "for what usually helps. An alarm offers to go back to the best checkpoint with one change and to "
        "train on; nothing changes unless you click, or have set Watchdog to return.",
    ),
    (
        "Quality",
        "Coverage is the share of real pictures that have a generated one among their neighbours: it falls "
        "when faces become alike. Density tells how near generated faces lie to real ones. KID is the "
        "distance of the two sets; lower is better. The dashed line is what real pictures reach. The best "
        "checkpoint is kept.",
    ),
    (
        "Copies",
        "Each face beside the training picture nearest to it. If the two are nearly the same, the run has "
        "learned pictures by heart, which happens when there are few.",
    ),
    (
        "Changing while it trains",
        "The left column shows what can be changed under way. It acts at the next step, is marked on the "
        "curves, and a resumed run does the same at the same step.",
    ),
    (
        "Marks on the curves",
        "Thin vertical lines show the best checkpoint, changed settings, returns and alarms. Point at one to "
        "read it.",
    ),
    (
        "Comparing",
        "Choose several runs in the Runs workspace, then Compare: their curves over each other, their faces "
        "under one slider, and which settings differ.",
    ),
    (
        "Runs of other programs",
        "A run that another program trains, here or on another machine whose folder is mounted or "
        "synchronised, opens live: Show curves or Open run folder in Runs, or drop its folder on the window. "
        "You may look, explore its checkpoints, and ask it to stop. No news for ten minutes may mean that it "
        "was interrupted; Resume then goes on here.",
    ),
)

EXPLORING = (
    (
        "Faces",
        "The random faces belong to a seed: the same seed always gives the same faces. Click one to make it "
        "large. With Edits move set to All, every face of the grid follows what you change about the large "
        "one.",
    ),
    (
        "Moving a face",
        "A generator turns a list of random numbers, the latent vector, into a face. Drag a slider and the "
        "face follows your hand. Every slider has a value to type over, a reset and a lock; what is locked "
        "stays when you move something else or ask for other faces. Ctrl+Z takes any edit back.",
    ),
    (
        "Numbers, principal, closed form",
        "Numbers moves single entries of the latent vector. Principal and Closed form are directions "
        "through many numbers at once that change the face most: the first found by looking at what the "
        "first layer does with thousands of faces, the second read from its weights. Give one a name and "
        "it is kept with the run.",
    ),
    (
        "Attributes",
        "Teach the studio what you see: answer yes or no to some faces (glasses? smiling?), or use the "
        "labels that came with the pictures. You get a slider and its measured accuracy; a warning says "
        "when it is no better than guessing and more answers are needed.",
    ),
    (
        "Time",
        "The slider at the top goes back through the training while the latent vector stays, and the "
        "strip shows one face at every saved step. While a run trains, its right end is the face as it is "
        "learned now.",
    ),
    (
        "Favourites",
        "The star keeps the large face with the run. Come back to it at any step, name it, or drag it into a "
        "morph.",
    ),
    (
        "Truncation",
        "Draws every face towards the average one. Less is plainer and has fewer mistakes, more is more "
        "varied.",
    ),
    (
        "Morph, arithmetic, corners",
        "Morph: put faces in a row, play the way from one to the next, and save it as GIF, WebP or MP4. "
        "Arithmetic: man with glasses - man + woman; each term is the mean of the faces that you put "
        "there. Corners: drag a point between four faces.",
    ),
    (
        "My photo",
        "Finds the face that is nearest to a picture of your own, among those that this generator can "
        "draw. The more it has seen and the longer it has learned, the nearer it comes. Then edit it like "
        "any other.",
    ),
    (
        "Copies",
        "The training pictures that are nearest to the shown face. If one is nearly the same, the "
        "generator has learned that picture by heart; this happens with few pictures.",
    ),
    (
        "Saving and sharing",
        "Export writes sheets, single faces, films and the generator itself. A sheet remembers its faces: "
        "drop it on the window and they are there again, as long as the generator that drew them is.",
    ),
    (
        "Opening other generators",
        "Import opens DCGAN generators that other programs saved (.pth, .pt, .safetensors). A file from a "
        "stranger may hold a program; none is ever run, and whatever does not fit is refused with the "
        "reason.",
    ),
)

KEYS = (
    ("Ctrl+1, 2, 3", "Train, Explore, Runs"),
    ("Ctrl+O", "Choose a folder of pictures"),
    ("Ctrl+Shift+O", "Choose a zip of pictures"),
    ("Ctrl+R or F5", "Start; from another workspace, go to Train first"),
    ("F5 in Runs", "Look for runs again"),
    ("Ctrl+Z, Ctrl+Shift+Z", "Undo and redo in Explore"),
    ("Delete, Ctrl+arrow", "Remove or move the chosen face of a morph or a sum"),
    ("Ctrl+P or Space", "Pause or resume"),
    ("Ctrl+.", "Stop and save"),
    ("F1", "This help"),
    ("Ctrl+Q", "Quit"),
)
