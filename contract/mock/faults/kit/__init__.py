"""
What faults are made of: small deviations of one operation, to be given to ``add`` of an area.

``core`` holds the idea (a deviation changes one operation of the rules), ``answers`` changes what is answered,
``params`` how parameters are read, ``state`` what is stored, shown and listed. ``families`` adds the faults that fit
many operations.
"""
