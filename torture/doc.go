// Package torture holds the fault tests of the experience log and of checkpoints: processes that are killed, power
// that is cut, disks that fill up or fail, files that are torn, damaged, deleted and mixed up. docs/reliability.md
// tells what is promised, and what the tests at length came to.
//
//	make test      the short form, in less than a minute
//	make torture   at length
//
// Every random choice follows from a seed, which a test that fails prints: REVERIE_TORTURE_SEED=N repeats them.
// REVERIE_TORTURE=1 is the long form. Other processes are the test binary started again with
// REVERIE_TORTURE_CHILD, which tells what to write; a parent kills its own children, by their number.
//
// What is written is a pure function of the writer and the row (rows_test.go), so that every row that is read can be
// compared with what was to be there.
//
//	fault                                                    test
//	A1   an actor is killed, others go on                    TestKilledActors
//	C1   the process that holds the log is killed            TestKilledLog
//	C2   the power is cut                                    TestPowerCut
//	C3   a segment, an index or a description is torn        TestTornFiles
//	C4   a bit changes, in a log or in a checkpoint          TestFlippedBits, TestFlippedBitsOfTheNewestSegment, TestFlippedBitsOfSequences, TestFlippedBitsOfCheckpoints
//	C5   files are gone, doubled, swapped, of another log    TestFilesGoneOrMixedUp
//	C6   the disk is full                                    TestFullDisk; a run's: TestFullDisk of cmd/reverie
//	C7   the disk is read-only, closed to the user, fails    TestReadOnlyDisk, TestNoPermission, TestDiskThatFails; a run's: TestReadOnlyDisk of cmd/reverie
//	C9   one key is inserted by many                         TestSameKeyInsertedByMany, TestSameKeyWhileWaiting of replay
//	C10  a message is sent again, a server is started again  TestMessagesSentTwice, TestServerStartedAgain
//	C11  64 clients in any order                             TestSixtyFourClients, TestItemTable/Concurrent, TestLimiterServesInOrder of replay
//	C12  limits under which all would wait                   TestLimitsRefuse, TestLimitsAreRefusedWhenTheyCanStop, TestLimiterStalls, TestItemTable/RefusesConfig of replay
//	C13  priorities of any size                              TestExtremePriorities, TestSelectorsAgainstLists, TestPrioritisedFrequencies of replay
//	C16  a crash at each step of saving, and once more       TestCrashWhileSaving; TestKilledWhileSaving of internal/checkpoint
//	C17  times of files, time zones                          TestTimesOfFiles, TestTimeZones
//	A5   an environment returns what is no number            TestEnvironmentThatFails of run
//	A9   a stop at a time limit                              TestStopAtTheTimeLimit, TestReplayOfEndedEpisodes of run
//	B1   a learner is killed                                 TestKilledAndResumed, TestGoldenResume of cmd/reverie
//	B2   parameters that are no numbers                      TestNoCheckpointOfNaN, TestTrap of run
//	B5   priorities of items that have left                  TestPrioritiesOfVanishedKeys of replay
//	B7   a checkpoint of other networks                      TestResumeWithOtherNetworks of cmd/reverie
//	B8   a run resumes with other settings                   TestResumeWithOtherSettings of run and of cmd/reverie
//	I1   two processes in one folder                         TestSecondProcess of cmd/reverie, TestSecondProcessOnAFolder of stream
//	I2   a run is stopped twice, or killed as it stops       TestStoppedTwice, TestSignals of cmd/reverie
package torture
