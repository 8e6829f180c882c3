// SPDX-License-Identifier: GPL-3.0-or-later

using BenchmarkDotNet.Attributes;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Benchmarks.Micro;

/// <summary>Dolibarr's formats: a row's value and conf.php.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private const string Conf = """
        <?php
        $dolibarr_main_url_root='http://localhost/dolibarr';
        $dolibarr_main_document_root='/var/www/dolibarr/htdocs';
        $dolibarr_main_db_host='localhost';
        $dolibarr_main_db_port='3306';
        $dolibarr_main_db_name='dolibarr';
        $dolibarr_main_db_prefix='llx_';
        $dolibarr_main_db_user='dolibarr';
        $dolibarr_main_db_pass='secret';
        $dolibarr_main_db_type='mysqli';
        $dolibarr_main_instance_unique_id='84b5bc91f83b56e458db71e0adac2b62';
        """;

    private readonly string _path = Path.GetTempFileName();
    private readonly TokenCodec _codec;
    private readonly StoredToken _token = new(
        new string('a', 1000),
        new string('r', 100),
        EndOfLife.At(DateTimeOffset.FromUnixTimeSeconds(2_000_000_000)),
        PhpArray.Empty.With("token_type", new PhpString("Bearer"))
    );

    private readonly string _stored;

    public CodecBenchmarks()
    {
        File.WriteAllText(_path, Conf);
        _codec = new TokenCodec(DolibarrConfReader.Read(_path).Keys);
        _stored = _codec.Encode(_token, StoredForm.Encrypted());
    }

    [Benchmark]
    public string Encode() => _codec.Encode(_token, StoredForm.Encrypted());

    [Benchmark]
    public StoredToken Decode() => _codec.Decode(_stored);

    [Benchmark]
    public DolibarrConf ReadConf() => DolibarrConfReader.Read(_path);

    [GlobalCleanup]
    public void Cleanup() => File.Delete(_path);
}
