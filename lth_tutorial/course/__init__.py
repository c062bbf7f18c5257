"""The course: from masters to assignments, and from what students hand in to marks.

masters      reads a master notebook; makes the student's notebook and the solution of it
loading      an assignment with the checks that only grading runs, and a lecturer's private ones
child        the process that has a student's cells and the arguments of one call, and nothing else
wall         what stands around that process: the first rung of a ladder that works here
session      the conversation with it
submissions  what was handed in: its cells, whose it is, and of which assignment
grading      marks for one submission
reports      what graders, students and lecturers read: JSON, notebook, tables
command      the command that grades a class
autograder   Gradescope's zip, and what runs there
rosters      the exports of Canvas and Moodle, filled in
"""
