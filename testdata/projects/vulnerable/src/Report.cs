public class Report : IScannerPlugin { }
